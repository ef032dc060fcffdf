import { nearestNames } from "@kindling/autograd";
import { HRNet } from "./hrnet/hrnet.ts";
import type { PoseModel } from "./poseModel.ts";
import { SqueezeNetHPE } from "./squeezenet/squeezeNetHPE.ts";

/** Sizes that a name leaves open. */
export interface CreateModelOptions {
  /** Channels of the heatmaps. */
  readonly joints: number;
  /** Multiplies the channels of every hidden layer of `squeezenet-hpe`; default 1. `hrnet-wN` says its width in its name. */
  readonly width?: number;
}

/**
 * A network by its name: `squeezenet-hpe`, or `hrnet-wN` with N channels on its first branch. It has no path and no numbers yet (nameModule, ParameterStore).
 * @throws ModelError for an unknown name, telling the nearest, or for options that the network cannot have.
 */
export function createModel(name: string, { joints, width = 1 }: CreateModelOptions): PoseModel {
  if (!Number.isSafeInteger(joints) || joints < 1) throw new ModelError(`${name}: joints must be a whole number from 1, not ${joints}`);
  if (!Number.isFinite(width) || width <= 0) throw new ModelError(`${name}: width must be a positive number, not ${width}`);
  if (name === "squeezenet-hpe") return new SqueezeNetHPE({ joints, width });
  const channels = Number(/^hrnet-w([1-9]\d{0,3})$/.exec(name)?.[1]);
  if (Number.isNaN(channels)) throw new ModelError(`no model is named "${name}"; the nearest is ${nearestNames(name, knownNames, 1)[0]}`);
  if (width !== 1) throw new ModelError(`${name}: this network has its width in its name; choose hrnet-wN instead of width ${width}`);
  return new HRNet({ joints, width: channels });
}

/** A model that does not exist, or options that it cannot have. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/** What a misspelt name may have meant: of HRNets the common widths, the published ones first, which win ties. */
const knownNames = ["squeezenet-hpe", ...[32, 48, 8, 16, 18, 24, 40, 64].map((channels) => `hrnet-w${channels}`)];
