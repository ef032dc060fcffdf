import { ModelError } from "../modelError.ts";
import type { ModelFamily } from "../modelFamily.ts";
import { CompactOpenPose, type CompactOpenPoseOptions } from "./compactOpenPose.ts";
import { LightweightOpenPose } from "./lightweightOpenPose.ts";
import { checkOpenPoseJoints, openPoseJoints } from "./openPoseCard.ts";

/** Students of Lightweight OpenPose: those of the training scripts, and one of the tiny one's layers with the 378 K that its document speaks of. */
const compact: readonly CompactOpenPoseOptions[] = [
  { name: "openpose-medium", features: [32, 32, 64, 64, 96, 96, 128, 128], cpm: [96, 96, 96], head: 64 },
  { name: "openpose-tiny", features: [16, 24, 32, 32, 48, 48, 64], cpm: [48, 48], head: 32 },
  { name: "openpose-tiny-378k", features: [24, 40, 48, 64, 72, 96, 128], cpm: [96, 96], head: 48 },
];

/** Lightweight OpenPose. */
export const openPoseFamily: ModelFamily = {
  names: ["openpose-lite"],
  joints: openPoseJoints,
  options: ["refinements"],
  create(name, { joints, refinements = 1 }) {
    if (name !== "openpose-lite") return null;
    checkOpenPoseJoints(name, joints);
    if (!Number.isSafeInteger(refinements) || refinements < 0 || refinements > 8) {
      throw new ModelError(`${name}: refinements must be a whole number from 0 to 8, not ${refinements}`, "refinements");
    }
    return new LightweightOpenPose({ refinements });
  },
};

/** Its small students. */
export const compactOpenPoseFamily: ModelFamily = {
  names: compact.map(({ name }) => name),
  joints: openPoseJoints,
  options: [],
  create(name, { joints }) {
    const options = compact.find((one) => one.name === name);
    if (!options) return null;
    checkOpenPoseJoints(name, joints);
    return new CompactOpenPose(options);
  },
};
