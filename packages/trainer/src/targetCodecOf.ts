import type { TargetCodec } from "@kindling/pose";
import type { DataRecipe } from "./recipe.ts";

/** What the student of a recipe learns key points as. */
export function targetCodecOf({ codec, input, heatmap, sigma }: Pick<DataRecipe, "codec" | "input" | "heatmap" | "sigma">): TargetCodec {
  switch (codec.kind) {
    case "heatmaps":
      return { ...codec, heatmap: { height: heatmap[0], width: heatmap[1] }, sigma };
    case "simcc":
      return codec;
    case "pafs":
      return { ...codec, stride: input[0] / heatmap[0] };
    default:
      return codec satisfies never;
  }
}
