export {
  type Augmentation,
  type AugmentationStage,
  augmentationOf,
  type Blur,
  type ColorJitter,
  type Dropout,
  type HalfBody,
  type HsvJitter,
  type Rotation,
  type Scaling,
  type Shift,
} from "./augmentation/augmentation.ts";
export { type AugmentationPreset, augmentationPresets } from "./augmentation/augmentationPresets.ts";
export { type BodyHalves, bodyHalves } from "./augmentation/bodyHalves.ts";
export { drawView, type ViewedPerson, type ViewOptions } from "./augmentation/drawView.ts";
export { type PixelChange, plainView, type SampleView, viewKeypoints } from "./augmentation/sampleView.ts";
export { type Affine, AffineError, applyAffine, invertAffine, type Point, transformKeypoints } from "./boxes/affine.ts";
export { type Box, BoxError, clipBox, type Size } from "./boxes/box.ts";
export { boxToCenterScale, type CenterScale, type CropRule, type CropShape, cropAffine, cropOfBox, type WarpRule } from "./boxes/crop.ts";
export { type DecodeHeatmapsOptions, decodeHeatmaps, type HeatmapDecoding, heatmapDecodings } from "./codecs/decodeHeatmaps.ts";
export { type DecodeSimccOptions, decodeSimcc, type SimccDecoding, simccDecodings, simccSigma } from "./codecs/decodeSimcc.ts";
export {
  type EncodedHeatmaps,
  type EncodeHeatmapsOptions,
  encodeHeatmaps,
  type HeatmapEncoding,
  heatmapEncodings,
} from "./codecs/encodeHeatmaps.ts";
export { type EncodedSimcc, type EncodeSimccOptions, encodeSimcc, type SimccLabels } from "./codecs/encodeSimcc.ts";
export { meanOf, mirrorImage, unflipHeatmaps, unflipVectors } from "./codecs/flipTest.ts";
export { darkKernelSize, gaussianKernel, simccKernelSize } from "./codecs/gaussianKernel.ts";
export { blurPlane, type HeatmapPlane, planeOf } from "./codecs/heatmapPlane.ts";
export { roundHalfToEven } from "./codecs/roundHalfToEven.ts";
export { cropRuleOf, encodeTargets, type PersonCodec, type SceneCodec, type TargetCodec, targetShapes } from "./codecs/targetCodec.ts";
export { type SkeletonSvgOptions, skeletonSvg } from "./drawing/skeletonSvg.ts";
export { assertKeypoints, KeypointsError } from "./keypoints.ts";
export type { Point3 } from "./metrics/alignSimilarity.ts";
export {
  type BootstrapOptions,
  bootstrap,
  type ImageStatistics,
  type Interval,
  meanOverImages,
  type PairedInterval,
  pairedBootstrap,
} from "./metrics/bootstrap.ts";
export { compareOks, oksIntervals, oksNumberNames } from "./metrics/bootstrapOks.ts";
export { type ComparedPck, comparePck, comparePckOfRuns, type ImagePckSample, pckInterval } from "./metrics/bootstrapPck.ts";
export { boxNms, intersectionOverUnion } from "./metrics/boxNms.ts";
export { type CrowdEvaluation, evaluateCrowdLevels } from "./metrics/crowdLevels.ts";
export { evaluateJoints, type JointAccuracy } from "./metrics/evaluateJoints.ts";
export { type EvaluateOksOptions, evaluateOks, type OksEvaluation, type OksNumbers } from "./metrics/evaluateOks.ts";
export { evaluateSizes, type SizeAccuracy } from "./metrics/evaluateSizes.ts";
export { explainOks, type OksExplanations } from "./metrics/explainOks.ts";
export { type HeatmapPair, heatmapAccuracy, heatmapPck } from "./metrics/heatmapPck.ts";
export { type DistanceSample, endPointError, type Length, normalizedMeanError } from "./metrics/keypointDistance.ts";
export { meanInterval, studentQuantile } from "./metrics/meanInterval.ts";
export { type MpjpeAlignment, type MpjpeSample, mpjpe } from "./metrics/mpjpe.ts";
export { keypointSimilarity, oks, oksVariances } from "./metrics/oks.ts";
export type { OksCounts } from "./metrics/oksMatches.ts";
export type { AreaRange } from "./metrics/oksOptions.ts";
export { type CategoryId, type ImageId, keypointExtent, type OksTruth, type PoseDetection } from "./metrics/oksTruth.ts";
export { type Pck, type PckSample, type PckTally, pck, pckAuc, summarizePck, tallyPck } from "./metrics/pck.ts";
export { type Pckh, type PckhOptions, type PckhSample, pckh } from "./metrics/pckh.ts";
export { type PoseErrorCounts, type PoseErrorKind, type PoseErrors, poseErrors } from "./metrics/poseErrors.ts";
export { oksNms, type PoseNmsOptions, type RankedPose, softOksNms } from "./metrics/poseNms.ts";
export { boxNorm, headNorm, torsoNorm } from "./metrics/poseNorms.ts";
export { evaluateParts, type JointRange, wholeBodyParts } from "./metrics/poseParts.ts";
export { type PoseScoreMode, poseScore } from "./metrics/poseScore.ts";
export { type CocoOfOpenPoseOptions, type CocoPerson, cocoOfOpenPose } from "./openpose/cocoOfOpenPose.ts";
export { type EncodeOpenPoseOptions, encodeOpenPose } from "./openpose/encodeOpenPose.ts";
export { type FindPeaksOptions, findPeaks, type Peak } from "./openpose/findPeaks.ts";
export { type FindPersonsOptions, findPersons, type SceneMaps } from "./openpose/findPersons.ts";
export { type Assembly, groupPeaks, type OpenPosePerson } from "./openpose/groupPeaks.ts";
export { openPoseKeypoints } from "./openpose/openPoseKeypoints.ts";
export { fieldChannels, flipOpenPoseMaps, heatmapChannels, type OpenPoseMaps, openPoseLimbs } from "./openpose/partFields.ts";
export { type AxisPlaces, resizeCubic } from "./openpose/resizeCubic.ts";
export {
  between,
  chance,
  createRandom,
  normal,
  pick,
  type Random,
  type RandomSource,
  type RandomState,
  restoreRandom,
  shuffle,
} from "./random/random.ts";
export { type DrawPlace, randomOf } from "./random/randomOf.ts";
export { truncatedNormal } from "./random/truncatedNormal.ts";
export { aic14 } from "./skeletons/aic14.ts";
export { babypose12 } from "./skeletons/babypose12.ts";
export { coco17 } from "./skeletons/coco17.ts";
export { cocoWholebody133 } from "./skeletons/cocoWholebody133.ts";
export { crowdpose14 } from "./skeletons/crowdpose14.ts";
export { halpe26 } from "./skeletons/halpe26.ts";
export { halpe136 } from "./skeletons/halpe136.ts";
export { humanart21 } from "./skeletons/humanart21.ts";
export { jhmdb15 } from "./skeletons/jhmdb15.ts";
export { lsp14 } from "./skeletons/lsp14.ts";
export { jointMap, mapKeypoints } from "./skeletons/mapJoints.ts";
export { mpii16 } from "./skeletons/mpii16.ts";
export { openpose18 } from "./skeletons/openpose18.ts";
export { parseSkeleton } from "./skeletons/parseSkeleton.ts";
export { defineSkeleton, flipKeypoints, flipPermutation, type Skeleton, SkeletonError } from "./skeletons/skeleton.ts";
export { skeletonNamed, skeletons } from "./skeletons/skeletonNamed.ts";
export { annotationsOf, type CocoAnnotation } from "./synthetic/annotationsOf.ts";
export { drawScene } from "./synthetic/drawScene.ts";
export type { Activity, LimbAngles, Pose } from "./synthetic/samplePose.ts";
export { type Person, type Scene, type SceneShape, synthesizeScene } from "./synthetic/scene.ts";
export type { Fill, Mark, Shape } from "./synthetic/shape.ts";
