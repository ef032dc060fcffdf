import { cropPerson, type Dataset, decodeImage, type PersonView, personView } from "@kindling/data";
import { augmentationOf, bodyHalves, cropRuleOf } from "@kindling/pose";
import { augmentationStages } from "./augmentationStages.ts";
import { readRecipeData } from "./readRecipeData.node.ts";
import type { Recipe } from "./recipe.ts";
import { targetCodecOf } from "./targetCodecOf.ts";
import { withoutTeachers } from "./teachers.ts";

/** One person as an epoch of a recipe's training sees it. */
export interface AugmentedPerson {
  /** Place in the training set, from 0. */
  readonly sample: number;
  /** The annotation's id. */
  readonly id: string;
  /** From 1. */
  readonly epoch: number;
  readonly view: PersonView;
  /** [height, width, 4] */
  readonly crop: Uint8Array<ArrayBuffer>;
}

/** The training set of a recipe, without what is stored of it or of a teacher, and without the validation set. */
export async function readTrainingSet(recipe: Recipe): Promise<Dataset> {
  const { data, ...rest } = withoutTeachers(recipe);
  const { crops: _, ...train } = data.train;
  const overfit = data.overfit ?? data.limit ?? Number.MAX_SAFE_INTEGER; // validates on the training set, which is read once
  return (await readRecipeData({ ...rest, data: { ...data, train, overfit } })).training;
}

/**
 * Makes the crop of one person of one epoch, counted from 1, again, as training has it: the same bytes and key points.
 * @throws ImageError when the image is missing or broken, RangeError when there is no such sample.
 */
export async function augmentedPerson(
  recipe: Recipe,
  { samples, skeleton }: Dataset,
  sample: number,
  epoch: number,
): Promise<AugmentedPerson> {
  const person = samples[sample];
  if (!person) throw new RangeError(`augmentedPerson: there is no sample ${sample} among ${samples.length}`);
  const [height, width] = recipe.data.input;
  const input = { height, width };
  const augmentation = augmentationOf(augmentationStages(recipe), epoch - 1);
  const options = {
    input,
    skeleton,
    halves: bodyHalves(skeleton),
    augmentation,
    rule: cropRuleOf(targetCodecOf(recipe.data), recipe.data.crop),
  };
  const view = personView(person, options, { seed: recipe.seed, epoch: epoch - 1, sample });
  return { sample, id: person.id, epoch, view, crop: cropPerson(await decodeImage(person.imagePath), view, input) };
}
