import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { activationFamilies } from "./activations.ts";
import { adaptiveWingFamily } from "./adaptiveWing.ts";
import { addReluFamily } from "./addRelu.ts";
import { attentionTransferFamily } from "./attentionTransfer.ts";
import { adaptiveAvgPool2dFamily, avgPool2dFamily, globalAvgPool2dFamily } from "./avgPool2d.ts";
import { batchNormFamily } from "./batchNorm.ts";
import { broadcastFamilies } from "./broadcast.ts";
import { channelWiseKlFamily } from "./channelWiseKl.ts";
import { concatChannelsFamily } from "./concatChannels.ts";
import { conv2dFamily } from "./conv2d.ts";
import { convReluMaxPool2dFamily } from "./convReluMaxPool2d.ts";
import { convTranspose2dFamily } from "./convTranspose2d.ts";
import { dropoutFamily } from "./dropout.ts";
import { elementwiseFamilies } from "./elementwise.ts";
import { featureDistanceFamily } from "./featureDistance.ts";
import { fireFamily } from "./fire.ts";
import { flipFamily } from "./flip.ts";
import { jointsKlFamily } from "./jointsKl.ts";
import { jointsMseFamily } from "./jointsMse.ts";
import { jointsOhkmMseFamily } from "./jointsOhkmMse.ts";
import { layerNormFamily } from "./layerNorm.ts";
import { linearFamily } from "./linear.ts";
import { maskedL2Family } from "./maskedL2.ts";
import { matmulFamily } from "./matmul.ts";
import { maxPool2dFamily } from "./maxPool2d.ts";
import { mseFamily } from "./mse.ts";
import { cropFamily, padFamily } from "./pad.ts";
import { permuteChannelsFamily } from "./permuteChannels.ts";
import { randomNormalFamily, randomUniformFamily } from "./randomFill.ts";
import { reductionFamilies } from "./reductions.ts";
import { relationalAngleFamily } from "./relationalAngle.ts";
import { relationalDistanceFamily } from "./relationalDistance.ts";
import { reshapeFamily } from "./reshape.ts";
import { resizeBilinearFamily, resizeNearestFamily } from "./resize.ts";
import { scaleByFamily } from "./scaleBy.ts";
import { scaleNormFamily } from "./scaleNorm.ts";
import { simccDistillationFamily, simccKlFamily } from "./simccKl.ts";
import { padChannelsFamily, sliceChannelsFamily } from "./sliceChannels.ts";
import { smoothL1Family } from "./smoothL1.ts";
import { softmaxFamily } from "./softmax.ts";
import { spatialKlFamily } from "./spatialKl.ts";
import { sumResizedFamily } from "./sumResized.ts";
import { transposeFamily } from "./transpose.ts";
import { upsampleConvFamily } from "./upsampleConv.ts";

/** Every op that is proved. */
export const opFamilies: readonly OpFamily[] = [
  ...activationFamilies,
  adaptiveAvgPool2dFamily,
  adaptiveWingFamily,
  addReluFamily,
  attentionTransferFamily,
  avgPool2dFamily,
  batchNormFamily,
  ...broadcastFamilies,
  channelWiseKlFamily,
  concatChannelsFamily,
  conv2dFamily,
  convReluMaxPool2dFamily,
  convTranspose2dFamily,
  cropFamily,
  dropoutFamily,
  ...elementwiseFamilies,
  featureDistanceFamily,
  fireFamily,
  flipFamily,
  globalAvgPool2dFamily,
  jointsKlFamily,
  jointsMseFamily,
  jointsOhkmMseFamily,
  layerNormFamily,
  linearFamily,
  maskedL2Family,
  matmulFamily,
  maxPool2dFamily,
  mseFamily,
  padChannelsFamily,
  padFamily,
  permuteChannelsFamily,
  randomNormalFamily,
  randomUniformFamily,
  ...reductionFamilies,
  relationalAngleFamily,
  relationalDistanceFamily,
  reshapeFamily,
  resizeBilinearFamily,
  resizeNearestFamily,
  scaleByFamily,
  scaleNormFamily,
  simccDistillationFamily,
  simccKlFamily,
  sliceChannelsFamily,
  smoothL1Family,
  softmaxFamily,
  spatialKlFamily,
  sumResizedFamily,
  transposeFamily,
  upsampleConvFamily,
];

/** The cases of every op: what `gradcheck` runs. */
export const opCases: readonly OpCase[] = [...opFamilies.flatMap(({ cases }) => cases)];
