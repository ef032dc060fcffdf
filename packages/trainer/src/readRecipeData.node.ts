import { readFile } from "node:fs/promises";
import { type Dataset, openCrops, type RecordFile, type StoredRecords } from "@kindling/data";
import { parseWeightsReference, readWeights } from "@kindling/models";
import type { NamedWeights, RecipeWeights } from "./networks.ts";
import { readDataSet } from "./readDataSet.node.ts";
import { previousRun } from "./recipe/parseRecipe.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { DataSetRecipe, Recipe } from "./recipe.ts";
import { openTeacherCaches } from "./teacherCache.node.ts";
import { type Teacher, teachersOf } from "./teachers.ts";
import { metadataOf } from "./weightsMetadata.ts";

/** The data sets of a recipe; each says how many entries were left out of it and why. */
export interface RecipeData {
  readonly training: Dataset;
  readonly validation: Dataset;
  /** Crops and teachers' heatmaps on disk, where the recipe names folders of them. */
  readonly stored: { readonly training: StoredRecords; readonly validation: StoredRecords };
}

/**
 * Reads the recipe's data sets, cut to its `limit` or `overfit`, and opens what is stored of them.
 * @throws DatasetError when a file cannot be used or stored records are out of date, RecipeError when the student has other joints.
 */
export async function readRecipeData(recipe: Recipe): Promise<RecipeData> {
  const { data, student } = recipe;
  const limit = data.overfit ?? data.limit;
  // Such a network has OpenPose's key points, which are made of a data set's, and leaves out persons without any by their outlines.
  const findsAll = data.codec.kind === "pafs";
  const reading = { segmentations: findsAll, ...(limit === undefined ? {} : { limit }) };
  const training = await readDataSet(data.train, reading);
  const joints = training.skeleton.joints.length;
  if (joints !== student.joints && !findsAll) {
    throw new RecipeError(`student.joints: ${training.name} has ${joints} joints a person; got ${student.joints}`);
  }
  const validation = data.overfit === undefined ? await readDataSet(data.validation, reading) : training;
  const [trainingCrops, validationCrops, teachers] = [
    await openRecipeCrops(data.train, training, data.input),
    await openRecipeCrops(data.overfit === undefined ? data.validation : data.train, validation, data.input),
    await openTeacherCaches(recipe, training),
  ];
  const stored = {
    training: { ...(trainingCrops ? { crops: trainingCrops } : {}), ...(teachers ? { teachers } : {}) },
    validation: validationCrops ? { crops: validationCrops } : {},
  };
  return { training, validation, stored };
}

async function openRecipeCrops(
  { data, images, crops }: DataSetRecipe,
  dataset: Dataset,
  [height, width]: readonly [number, number],
): Promise<RecordFile | null> {
  return crops === undefined ? null : openCrops({ annotations: data, images, dataset, input: { height, width }, directory: crops });
}

/** Reads the weights files of a recipe, but not those of cached teachers, which training does not run. @throws WeightsFileError when one is no weights file, RecipeError when one is missing. */
export async function readRecipeWeights(recipe: Recipe): Promise<RecipeWeights> {
  const { student } = recipe;
  const [backbone, whole] = await Promise.all([
    student.backbone === undefined ? null : readNamedWeights(student.backbone),
    student.weights === undefined ? null : readNamedWeights(student.weights),
  ]);
  const running = teachersOf(recipe).filter((teacher) => teacher.recipe.cache === undefined);
  const ofTeachers = await Promise.all(running.map(async (teacher) => [teacher.path, await readTeacherWeights(recipe, teacher)] as const));
  return {
    ...(backbone ? { backbone } : {}),
    ...(whole ? { student: whole } : {}),
    teachers: Object.fromEntries(ofTeachers),
  };
}

/**
 * Reads a teacher's weights. A file that does not say in which coding its network was trained is taken to suit the student's crops.
 * @throws RecipeError when they do not suit them, else as {@link readNamedWeights}.
 */
export async function readTeacherWeights({ data }: Recipe, teacher: Pick<Teacher, "key" | "recipe">): Promise<NamedWeights> {
  const weights = await readNamedWeights(teacher.recipe.weights);
  const encoding = weights.said?.coding?.encoding;
  const ofStudent = data.codec.kind === "heatmaps" && data.codec.encoding === "udp" ? "udp" : "other";
  if (encoding !== undefined && (encoding === "udp") !== (ofStudent === "udp")) {
    throw new RecipeError(
      `${teacher.key}.weights: ${weights.source} was trained in ${encoding} coding, and the student's ${ofStudent} coding has other crops; give both one coding by data.codec`,
    );
  }
  return weights;
}

/** Reads a weights file, or one part of it (`kd.pth#student`). @throws WeightsFileError when it is none, RecipeError when it is missing. */
export async function readNamedWeights(text: string): Promise<NamedWeights> {
  if (text === previousRun) {
    throw new RecipeError(
      "the weights are those of the previous run, which only kindling compare FIRST.yaml+SECOND.yaml knows; name the run's weights/best.safetensors instead",
    );
  }
  const reference = parseWeightsReference(text);
  const { file } = reference;
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new RecipeError(`the weights ${file} cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`);
  });
  const said = metadataOf(bytes);
  return { source: file, tensors: readWeights(bytes, reference), ...(said ? { said } : {}) };
}
