import type { ModelFamily } from "../modelFamily.ts";
import { SqueezeNetHPE } from "./squeezeNetHPE.ts";

/** SqueezeNet 1.1 with a head for heatmaps. */
export const squeezeNetFamily: ModelFamily = {
  names: ["squeezenet-hpe"],
  options: ["width"],
  create: (name, { joints, width = 1 }) => (name === "squeezenet-hpe" ? new SqueezeNetHPE({ joints, width }) : null),
};
