export { removePartialFiles, writeFileAtomically } from "./atomicFile.node.ts";
export { type AugmentedPerson, augmentedPerson, readTrainingSet } from "./augmentedPersons.node.ts";
export { type FindOptions, PersonFinder } from "./bottomUp/personFinder.ts";
export { scenePck } from "./bottomUp/scenePck.ts";
export { type SceneScale, sceneSizes } from "./bottomUp/sceneSizes.ts";
export { type CachedTeacher, type CacheTeacherOptions, cacheTeacher } from "./cacheTeacher.node.ts";
export { heatColor, overlayHeat } from "./chart/heatColor.ts";
export { type Frame, type LineChart, lineChart, type Series } from "./chart/lineChart.ts";
export { type MatrixFigure, matrixFigure } from "./chart/matrixFigure.ts";
export { seriesColors, seriesDashes } from "./chart/palette.ts";
export { resultsFigure } from "./chart/resultsFigure.ts";
export { strokeText, type TextStyle, textWidth } from "./chart/strokeFont.ts";
export { CheckpointError, loadCheckpoint, saveCheckpoint } from "./checkpointFile.node.ts";
export { EarlyExits, type EarlyExitsOptions, type ExitPrediction, exitConfidence, leavingExit } from "./earlyExits.ts";
export { type EvaluateOptions, type Evaluation, Evaluator, type EvaluatorOptions, type Prediction } from "./evaluator.ts";
export * from "./explain/cka.ts";
export * from "./explain/eigenCam.ts";
export { biasedHsic, gramMatrix, type Hsic, unbiasedHsic } from "./explain/hsic.ts";
export { type LayerFeatures, layerFeatures } from "./explain/layerFeatures.ts";
export { stageTaps } from "./explain/stageTaps.ts";
export { TapReader, type TapReaderOptions } from "./explain/tapReader.ts";
export { type LoadedNetwork, loadNetwork } from "./loadNetwork.ts";
export * from "./losses/lossTerm.ts";
export { isBetter, type Metric, type MetricDirection, metricDirection } from "./metric.ts";
export { appendMetrics, type MetricsEvent, readMetrics, rewindMetrics } from "./metricsFile.node.ts";
export { microBatchSize } from "./microBatches.ts";
export { type WriteModelFolderOptions, writeModelFolder } from "./modelFolder/writeModelFolder.node.ts";
export { NetworkError } from "./networkError.ts";
export { inputOf, type NetworkFile, type NetworkFileOptions, readNetworkFile } from "./networkFile.node.ts";
export { assertInputFits } from "./networkInput.ts";
export { createNetworks, type NamedWeights, type Networks, type RecipeWeights } from "./networks.ts";
export type { PoseReading } from "./poseDecoder.ts";
export { oksOptionsOf, poseDetections } from "./poseDetections.ts";
export { readDataSet, readingOptions, skeletonOf } from "./readDataSet.node.ts";
export { type RecipeData, readRecipeData, readRecipeWeights } from "./readRecipeData.node.ts";
export { overrideAliases } from "./recipe/overrides.ts";
export { parseRecipe } from "./recipe/parseRecipe.ts";
export { type RecipeTranslation, readRecipe } from "./recipe/readRecipe.node.ts";
export { RecipeError, type RecipePlace } from "./recipe/recipeError.ts";
export { recipeJsonSchema } from "./recipe/recipeJsonSchema.ts";
export { type RecipeKey, recipeKeys } from "./recipe/recipeKeys.ts";
export { recipeToYaml } from "./recipe/recipeToYaml.ts";
export * from "./recipe.ts";
export { recipeDigest } from "./recipeDigest.node.ts";
export { bestResults, type EpochResults, resultsFromCsv, resultsToCsv } from "./results.ts";
export { readResults, writeResults } from "./resultsFile.node.ts";
export { writeResultsPicture } from "./resultsPicture.node.ts";
export {
  describeRun,
  type RunDescription,
  type RunSession,
  readRunDescription,
  sha256OfFile,
  writeRunDescription,
} from "./runDescription.node.ts";
export { createRunFolder, openRunFolder, type RunFolder, RunFolderError } from "./runFolder.node.ts";
export { type SamplePictureOptions, writeSamplePictures } from "./samplePictures.node.ts";
export type { SampleTile } from "./sampleTile.ts";
export { learningRateAt } from "./schedules/learningRate.ts";
export type { Schedule } from "./schedules/schedule.ts";
export { CheckpointMismatchError, type Snapshot } from "./snapshot.ts";
export { stepCosts } from "./stepCosts.ts";
export { targetCodecOf } from "./targetCodecOf.ts";
export { openTeacherCache } from "./teacherCache.node.ts";
export { appendScalars, openTensorBoardFile } from "./tensorBoardFile.node.ts";
export type { EpochEvent, InterruptedEvent, ReplacedEvent, StepEvent, TrainEvent, ValidationEvent } from "./trainEvent.ts";
export { Trainer, type TrainerParts } from "./trainer.ts";
export type { TrainingState } from "./trainingState.ts";
export { type RunEvent, type TrainRunOptions, trainRun } from "./trainRun.node.ts";
export { type LossScaleOutcome, type Measure, type StepOutcome, type StepSettings, TrainStep } from "./trainStep.ts";
export { lossWeightsAt, rampAt, type Weight, type WeightRule } from "./weighting/lossWeight.ts";
export type { TermPull } from "./weighting/termPulls.ts";
export type { Weighting } from "./weighting/weighting.ts";
export { parseWeightsMetadata, type WeightsMetadata, weightsMetadata } from "./weightsMetadata.ts";
