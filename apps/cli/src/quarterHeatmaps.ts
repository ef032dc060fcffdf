import type { Size, TargetCodec } from "@kindling/pose";

/** The targets that most networks learn, for measuring how fast they are made: heatmaps of a quarter of the input. */
export function quarterHeatmaps({ width, height }: Size): TargetCodec {
  return { kind: "heatmaps", heatmap: { width: Math.ceil(width / 4), height: Math.ceil(height / 4) }, sigma: 2, encoding: "unbiased" };
}
