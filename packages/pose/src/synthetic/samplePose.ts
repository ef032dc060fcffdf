import { between, chance, pick, type RandomSource } from "../random/random.ts";
import type { Vector } from "./vector.ts";

/** What a figure is doing. */
export type Activity = "standing" | "walking" | "running" | "armsRaised" | "sitting" | "squatting" | "lunging" | "leaning";

/** Angles in degrees; the sides are [left, right] of the person. All zero is standing upright with hanging arms, facing the viewer. */
export interface Pose {
  readonly activity: Activity;
  /** Direction faced: 0 is the viewer, 90 the right of the image, 180 away from the viewer. */
  readonly yaw: number;
  /** How much the camera looks down. */
  readonly cameraPitch: number;
  readonly trunk: { readonly pitch: number; readonly roll: number; readonly twist: number };
  readonly head: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  readonly arms: readonly [LimbAngles, LimbAngles];
  readonly legs: readonly [LimbAngles, LimbAngles];
}

/** A two-part limb: abduction is sideways and away from the body, flexion forward; `bend` is the elbow's or knee's. */
export interface LimbAngles {
  readonly abduction: number;
  readonly flexion: number;
  readonly bend: number;
  /** Where the lower part turns to: x is towards the middle of the body, y down, z forward. */
  readonly toward: Vector;
}

/** A random pose within the limits of human joints; four in five face the viewer, the others face away. */
export function samplePose(random: RandomSource): Pose {
  const activity = pick(random, activities);
  const yaw = chance(random, 0.8) ? between(random, -60, 60) : 180 + between(random, -45, 45);
  const stride = chance(random, 0.5) ? 1 : -1;
  return {
    activity,
    yaw,
    cameraPitch: between(random, -3, 16),
    trunk: {
      pitch: activity === "leaning" ? between(random, 12, 32) : between(random, -4, activity === "running" ? 18 : 9),
      roll: activity === "leaning" ? between(random, -22, 22) : between(random, -7, 7),
      twist: between(random, -14, 14),
    },
    head: { yaw: between(random, -38, 38), pitch: between(random, -14, 16), roll: between(random, -12, 12) },
    arms: [arm(random, activity, stride), arm(random, activity, -stride)],
    legs: [leg(random, activity, -stride), leg(random, activity, stride)],
  };
}

// Listed twice where it should be seen twice as often.
const activities: readonly Activity[] = [
  "standing",
  "standing",
  "walking",
  "walking",
  "running",
  "armsRaised",
  "armsRaised",
  "sitting",
  "squatting",
  "lunging",
  "leaning",
];

type Gesture = "hanging" | "akimbo" | "across" | "raised" | "waving" | "spread" | "reaching" | "behind";

const gestures: Readonly<Record<Gesture, (random: RandomSource) => LimbAngles>> = {
  hanging: (random) => angles(random, [4, 24], [-18, 22], [2, 35], [0.3, 0, 1]),
  akimbo: (random) => angles(random, [35, 58], [-25, -5], [75, 105], [1, 0.2, 0.35]),
  across: (random) => angles(random, [6, 28], [8, 40], [65, 110], [1, -0.3, 0.9]),
  raised: (random) => angles(random, [105, 172], [-10, 20], [0, 65], [0.5, -1, 0.1]),
  waving: (random) => angles(random, [55, 100], [-5, 25], [60, 125], [0.1, -1, 0.4]),
  spread: (random) => angles(random, [60, 105], [-15, 25], [0, 40], [0, -0.6, 1]),
  reaching: (random) => angles(random, [-5, 35], [35, 100], [5, 60], [0.3, -1, 0.4]),
  behind: (random) => angles(random, [10, 26], [-42, -20], [35, 85], [1, 0, -0.4]),
};

function arm(random: RandomSource, activity: Activity, stride: number): LimbAngles {
  if (activity === "walking") return angles(random, [5, 16], [stride * 26 - 10, stride * 26 + 10], [8, 45], [0.25, 0, 1]);
  if (activity === "running") return angles(random, [8, 24], [stride * 40 - 12, stride * 40 + 12], [60, 105], [0.3, -0.2, 1]);
  if (activity === "armsRaised") return gestures[pick<Gesture>(random, ["raised", "raised", "waving", "spread"])](random);
  const quiet: readonly Gesture[] = ["hanging", "hanging", "akimbo", "across", "waving", "spread", "reaching", "behind", "raised"];
  return gestures[pick(random, quiet)](random);
}

function leg(random: RandomSource, activity: Activity, stride: number): LimbAngles {
  const leads = stride > 0;
  switch (activity) {
    case "walking":
      return leads ? knee(random, [0, 8], [12, 34], [0, 18]) : knee(random, [0, 8], [-28, -8], [8, 45]);
    case "running":
      return leads ? knee(random, [0, 8], [35, 75], [45, 100]) : knee(random, [0, 8], [-30, -8], [30, 95]);
    case "sitting":
      return knee(random, [2, 24], [68, 88], [70, 100]);
    case "squatting":
      return knee(random, [14, 38], [45, 80], [75, 120]);
    case "lunging":
      return leads ? knee(random, [18, 42], [10, 35], [25, 70]) : knee(random, [18, 36], [-12, 6], [0, 22]);
    case "standing":
    case "armsRaised":
    case "leaning":
      return knee(random, [1, 17], [-6, 12], [0, 16]);
    default:
      return activity satisfies never;
  }
}

type Range = readonly [number, number];

function angles(random: RandomSource, abduction: Range, flexion: Range, bend: Range, toward: Vector): LimbAngles {
  const jitter = (): number => between(random, -0.25, 0.25);
  return {
    abduction: between(random, ...abduction),
    flexion: between(random, ...flexion),
    bend: between(random, ...bend),
    toward: [toward[0] + jitter(), toward[1] + jitter(), toward[2] + jitter()],
  };
}

function knee(random: RandomSource, abduction: Range, flexion: Range, bend: Range): LimbAngles {
  // A knee folds backwards only; jitter about that would be dislocation.
  return { ...angles(random, abduction, flexion, bend, [0, 0, 0]), toward: [0, 0, -1] };
}
