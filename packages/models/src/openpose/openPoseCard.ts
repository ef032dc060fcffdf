import type { HeightWidth, ModelCard, ModelOutput } from "../modelCard.ts";
import { ModelError } from "../modelError.ts";

/** Key points of OpenPose: COCO's and the neck. Their maps have one channel more, the background. */
export const openPoseJoints = 18;

/** Channels of the maps of key points and of limbs: two a limb, of which there are 19. */
export const openPoseChannels: { readonly heatmaps: number; readonly pafs: number } = { heatmaps: openPoseJoints + 1, pafs: 38 };

/** What the networks that find all persons at once have in common: maps of key points and of limbs (part affinity fields) from each of `stages`, at 1/8. */
export function openPoseCard(
  card: Pick<ModelCard, "name" | "input" | "inputSize" | "source">,
  { stages, size }: { readonly stages: number; readonly size: (input: HeightWidth) => HeightWidth },
): ModelCard {
  const outputs = (input: HeightWidth): readonly ModelOutput[] =>
    Array.from({ length: stages }, (_, i) =>
      (["heatmaps", "pafs"] as const).map((kind) => ({ name: `${kind}.${i + 1}`, kind, shape: [...size(input), openPoseChannels[kind]] })),
    ).flat();
  return { ...card, joints: openPoseJoints, skeleton: "openpose18", outputs, codec: { kind: "pafs", stride: 8 } };
}

/** @throws ModelError for another number of key points: the limbs are those of one skeleton. */
export function checkOpenPoseJoints(name: string, joints: number): void {
  if (joints !== openPoseJoints) throw new ModelError(`${name} has ${openPoseJoints} key points, not ${joints}`, "joints");
}
