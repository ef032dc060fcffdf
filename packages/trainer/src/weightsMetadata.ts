import type { Recipe } from "./recipe.ts";

/** What a weights file of ours says of its network, so that `evaluate` and `predict` need nothing else. */
export interface WeightsMetadata {
  readonly model: string;
  readonly joints: number;
  readonly width: number;
  /** [height, width] of the network input. */
  readonly input: readonly [number, number];
}

/** Metadata of the student's weights, as safetensors stores it. */
export function weightsMetadata({ student, data }: Recipe): Readonly<Record<string, string>> {
  return { format: "pt", model: student.model, joints: String(student.joints), width: String(student.width), input: data.input.join("x") };
}

/** The metadata of a weights file; null when it is not one of ours. */
export function parseWeightsMetadata(metadata: Readonly<Record<string, string>>): WeightsMetadata | null {
  const { model, joints, width, input } = metadata;
  const size = /^(\d+)x(\d+)$/.exec(input ?? "");
  if (model === undefined || !(Number(joints) > 0) || !(Number(width) > 0) || !size) return null;
  return { model, joints: Number(joints), width: Number(width), input: [Number(size[1]), Number(size[2])] };
}
