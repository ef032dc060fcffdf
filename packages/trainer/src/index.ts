export { removePartialFiles, writeFileAtomically } from "./atomicFile.node.ts";
export { type Frame, type LineChart, lineChart, type Series } from "./chart/lineChart.ts";
export { seriesColors, seriesDashes } from "./chart/palette.ts";
export { resultsFigure } from "./chart/resultsFigure.ts";
export { strokeText, type TextStyle, textWidth } from "./chart/strokeFont.ts";
export { CheckpointError, loadCheckpoint, saveCheckpoint, type TrainingState } from "./checkpointFile.node.ts";
export { isBetter, type Metric, type MetricDirection, metricDirection } from "./metric.ts";
export { appendMetrics, type MetricsEvent, readMetrics, rewindMetrics } from "./metricsFile.node.ts";
export { overrideAliases } from "./recipe/overrides.ts";
export { parseRecipe } from "./recipe/parseRecipe.ts";
export { readRecipe } from "./recipe/readRecipe.node.ts";
export { RecipeError, type RecipePlace } from "./recipe/recipeError.ts";
export { recipeJsonSchema } from "./recipe/recipeJsonSchema.ts";
export { type RecipeKey, recipeKeys } from "./recipe/recipeKeys.ts";
export { recipeToYaml } from "./recipe/recipeToYaml.ts";
export * from "./recipe.ts";
export { recipeDigest } from "./recipeDigest.node.ts";
export { type EpochResults, resultsFromCsv, resultsToCsv } from "./results.ts";
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
export { type SamplePictureOptions, type SampleTile, writeSamplePictures } from "./samplePictures.node.ts";
export { learningRateAt, type Schedule } from "./schedules/learningRate.ts";
export { appendScalars, openTensorBoardFile } from "./tensorBoardFile.node.ts";
export { lossWeightAt, type Weight } from "./weighting/lossWeight.ts";
