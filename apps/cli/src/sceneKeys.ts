import type { Assembly } from "@kindling/pose";
import type { NetworkFile, SceneScale } from "@kindling/trainer";
import { InputError } from "./exit.ts";
import type { Values } from "./keyValue.ts";

/** Options of a network that finds all persons at once (Lightweight OpenPose and its students). */
export const sceneKeys = {
  height: {
    kind: "integer",
    min: 16,
    help: "networks that find all persons: look at images of this height, however wide (default: the input they were trained on, else 368)",
  },
  scales: { kind: "numbers", help: "with height: factors on it, whose maps are averaged, 0.5,1,1.5,2 for example (default 1)" },
  grouping: {
    kind: "choice",
    choices: ["merge", "published"],
    default: "merge",
    help: "how limbs make persons: joining parts by any limb, or as Lightweight OpenPose published it",
  },
} as const;

/** At which sizes a network looks at whole images: those asked for, else the input that it was trained on, else the published height. */
export function sceneScaleOf(
  { input, model }: NetworkFile,
  { height, scales }: Pick<Values<typeof sceneKeys>, "height" | "scales">,
): SceneScale {
  if (scales && height === undefined) throw new InputError("scales are factors on a height; give height=368, for example");
  if (scales?.some((scale) => !(scale > 0))) throw new InputError(`scales must be above 0; got ${scales.join(",")}`);
  if (height === undefined && input) return { kind: "letterbox", input };
  return { kind: "height", height: height ?? model.card.inputSize[0], scales: scales ?? [1] };
}

/** The choice of {@link sceneKeys}. */
export function assemblyOf(grouping: string): Assembly {
  return grouping === "published" ? "published" : "merge";
}

/** Whether a network finds all persons of an image, in place of one in a box. */
export function findsAllPersons({ model }: NetworkFile): boolean {
  return model.card.codec.kind === "pafs";
}
