import type { ModelFamily } from "../modelFamily.ts";
import { SqueezeNet } from "./squeezeNet.ts";
import { SqueezeNetHPE } from "./squeezeNetHPE.ts";

/** SqueezeNet 1.1 with a head for heatmaps. */
export const squeezeNetFamily: ModelFamily = {
  names: ["squeezenet-hpe"],
  joints: 17,
  options: ["width", "head"],
  create: (name, options) => (name === "squeezenet-hpe" ? new SqueezeNetHPE(options) : null),
};

/** The classifier that it comes from; its "joints" are classes. */
export const squeezeNetClassifierFamily: ModelFamily = {
  names: ["squeezenet1_1"],
  joints: 1000,
  options: [],
  create: (name, { joints }) => (name === "squeezenet1_1" ? new SqueezeNet({ classes: joints }) : null),
};
