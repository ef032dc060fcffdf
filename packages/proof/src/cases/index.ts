import type { OpCase } from "../opCase.ts";
import { adaptiveWingCases } from "./adaptiveWing.ts";
import { addReluCases } from "./addRelu.ts";
import { batchNormCases } from "./batchNorm.ts";
import { concatChannelsCases } from "./concatChannels.ts";
import { conv2dCases } from "./conv2d.ts";
import { elementwiseCases } from "./elementwise.ts";
import { fireCases } from "./fire.ts";
import { maxPool2dCases } from "./maxPool2d.ts";
import { mseCases } from "./mse.ts";
import { resizeCases } from "./resize.ts";
import { scalarCases } from "./scalars.ts";
import { softmaxCases } from "./softmax.ts";
import { spatialKlCases } from "./spatialKl.ts";
import { upsampleConvCases } from "./upsampleConv.ts";

/** Every op's cases. */
export const opCases: readonly OpCase[] = [
  ...conv2dCases,
  ...addReluCases,
  ...batchNormCases,
  ...concatChannelsCases,
  ...elementwiseCases,
  ...fireCases,
  ...maxPool2dCases,
  ...resizeCases,
  ...adaptiveWingCases,
  ...mseCases,
  ...scalarCases,
  ...softmaxCases,
  ...spatialKlCases,
  ...upsampleConvCases,
];
