import { nearestNames } from "@kindling/autograd";
import { hrnetFamily } from "./hrnet/hrnetFamily.ts";
import type { HeightWidth } from "./modelCard.ts";
import { ModelError } from "./modelError.ts";
import type { ModelFamily } from "./modelFamily.ts";
import { compactOpenPoseFamily, openPoseFamily } from "./openpose/openPoseFamily.ts";
import type { PoseModel } from "./poseModel.ts";
import { rtmposeFamily } from "./rtmpose/rtmposeFamily.ts";
import { simpleBaselineFamily } from "./simpleBaseline/simpleBaselineFamily.ts";
import { squeezeNetClassifierFamily, squeezeNetFamily } from "./squeezenet/squeezeNetFamily.ts";

/** What a name leaves open. Options that a network does not have are refused, not ignored. */
export interface CreateModelOptions {
  /** Key points (classes of a classifier); default the published number, 17 for most. */
  readonly joints?: number;
  /** Multiplies the channels of the hidden layers; default 1. */
  readonly width?: number;
  /** Height and width of the crops: networks whose layers depend on it take it, others any; default the published one. */
  readonly input?: HeightWidth;
  /** Stages after the first one that refine maps (Lightweight OpenPose); default 1. */
  readonly refinements?: number;
  /** Stages that are run, 1 … 4, each with an exit of its own (multi-output HRNet); default all. */
  readonly stages?: number;
  /** Last stages that learn from their ensemble, 2 … 8 (HRNet as OKDHP branches it); default 3. */
  readonly branches?: number;
  /** Where the student's heatmaps are made (squeezenet-hpe); default "afterUpsampling". */
  readonly head?: Head;
}

/** The heads of squeezenet-hpe. */
export const heads = ["afterUpsampling", "beforeUpsampling", "deconvolution"] as const;

/** One of {@link heads}. */
export type Head = (typeof heads)[number];

/** Whether a text names one of {@link heads}. */
export function isHead(text: string | undefined): text is Head {
  return heads.some((head) => head === text);
}

/** An option that not every network has. */
export type FamilyOption = "width" | "refinements" | "stages" | "branches" | "head";

/** Networks by name: each family knows its names and makes them. */
const families: readonly ModelFamily[] = [
  squeezeNetFamily,
  hrnetFamily,
  rtmposeFamily,
  simpleBaselineFamily,
  openPoseFamily,
  compactOpenPoseFamily,
  squeezeNetClassifierFamily,
];

/**
 * A network by its name, `squeezenet-hpe` or `hrnet-w32` for example. It has no path and no numbers yet (nameModule, ParameterStore).
 * @throws ModelError for an unknown name, telling the nearest, or for options that the network cannot have.
 */
export function createModel(name: string, options: CreateModelOptions = {}): PoseModel {
  const { joints, width = 1 } = options;
  if (joints !== undefined && !(Number.isSafeInteger(joints) && joints >= 1))
    throw new ModelError(`${name}: joints must be a whole number from 1, not ${joints}`, "joints");
  if (!Number.isFinite(width) || width <= 0) throw new ModelError(`${name}: width must be a positive number, not ${width}`, "width");
  for (const family of families) {
    const model = family.create(name, { ...options, joints: joints ?? family.joints });
    if (!model) continue;
    const stranger = optionsOfFamilies.find((option) => isGiven(options, option) && !family.options.includes(option));
    if (stranger) throw new ModelError(`${name} has no ${stranger}: leave it out`, stranger);
    return model;
  }
  throw new ModelError(`no model is named "${name}"; the nearest is ${nearestNames(name, modelNames, 1)[0]}`);
}

const optionsOfFamilies: readonly FamilyOption[] = ["width", "refinements", "stages", "branches", "head"];

/** Width 1 is what every network has. */
function isGiven(options: CreateModelOptions, option: FamilyOption): boolean {
  return options[option] !== undefined && !(option === "width" && options.width === 1);
}

/** The networks that have a name of their own, and of those in any width the common ones. */
export const modelNames: readonly string[] = families.flatMap(({ names }) => names);
