import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { adaptiveWingCases } from "./adaptiveWing.ts";
import { addReluCases } from "./addRelu.ts";
import { batchNormCases } from "./batchNorm.ts";
import { concatChannelsCases } from "./concatChannels.ts";
import { conv2dCases } from "./conv2d.ts";
import { elementwiseFamilies } from "./elementwise.ts";
import { fireCases } from "./fire.ts";
import { maxPool2dCases } from "./maxPool2d.ts";
import { mseCases } from "./mse.ts";
import { resizeCases } from "./resize.ts";
import { scalarCases } from "./scalars.ts";
import { softmaxCases } from "./softmax.ts";
import { spatialKlCases } from "./spatialKl.ts";
import { upsampleConvCases } from "./upsampleConv.ts";

/** Every op that is proved. */
export const opFamilies: readonly OpFamily[] = [...elementwiseFamilies];

/** The cases of every op: what `gradcheck` runs. */
export const opCases: readonly OpCase[] = [
  ...opFamilies.flatMap(({ cases }) => cases),
  ...conv2dCases,
  ...addReluCases,
  ...batchNormCases,
  ...concatChannelsCases,
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
