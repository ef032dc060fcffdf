export * from "./comparePublished.ts";
export * from "./countParameters.ts";
export * from "./createModel.ts";
export * from "./exitCosts.ts";
export * from "./fileLayout.ts";
export { type FoldBatchNormOptions, foldBatchNorm } from "./foldBatchNorm.ts";
export * from "./hrnet/hrnet.ts";
export * from "./hrnet/multiOutputHRNet.ts";
export * from "./layers/batchNorm2d.ts";
export * from "./layers/conv2d.ts";
export * from "./layers/convModule.ts";
export * from "./layers/convTranspose2d.ts";
export * from "./layers/initialiser.ts";
export * from "./layers/linear.ts";
export * from "./layers/scaleNorm.ts";
export * from "./layers/sequential.ts";
export * from "./loadBackbone.ts";
export * from "./loadWeights.ts";
export * from "./modelCard.ts";
export * from "./modelCosts.ts";
export * from "./modelError.ts";
export * from "./modelFamily.ts";
export * from "./module.ts";
export * from "./poseModel.ts";

export * from "./publishedFigures.ts";

export * from "./rtmpose/rtmpose.ts";

export * from "./saveWeights.ts";
export * from "./squeezenet/squeezeNetHPE.ts";
export * from "./stateDict/readWeights.ts";
export * from "./stateDict/report.ts";
export * from "./stateDict/safetensors.ts";
export { hasSafetensorsHeader } from "./stateDict/safetensorsHeader.ts";
export * from "./stateDict/stateDict.ts";
export * from "./stateDict/weightsFileError.ts";
export * from "./trainingCosts.ts";
