import type { Device } from "@kindling/gpu";
import type { Recipe, SampleTile } from "@kindling/trainer";
import type { Score } from "./trainArm.ts";

/** The teacher of a recipe on its validation set: its score and the crops that the arms show too. */
export async function scoreTeacher(
  device: Device,
  recipe: Recipe,
): Promise<{ readonly score: Score; readonly tiles: readonly SampleTile[] }> {
  const { Evaluator, loadNetwork, microBatchSize, readNetworkFile, readRecipeData, targetCodecOf } = await import("@kindling/trainer");
  const { createLoader } = await import("@kindling/data");
  const teacher = recipe.teacher!; // only recipes with a teacher come here
  const { input } = recipe.data;
  const codec = targetCodecOf(recipe.data);
  const batchSize = microBatchSize(recipe);
  using network = loadNetwork(device, await readNetworkFile(teacher.weights, { ...teacher, input }));
  const { validation } = await readRecipeData(recipe);
  const options = { ...network, input, batchSize, losses: recipe.losses, codec, crop: recipe.data.crop };
  using evaluator = await Evaluator.create(device, options);
  await using loader = createLoader({
    dataset: validation,
    input: { height: input[0], width: input[1] },
    codec,
    crop: recipe.data.crop,
    batchSize,
  });
  const { pck, loss, tiles } = await evaluator.evaluate({
    dataset: validation,
    loader,
    threshold: recipe.pckThreshold,
    lossWeights: recipe.losses.map(() => 1),
    tiles: 16,
  });
  return { score: { pck, loss: loss ?? Number.NaN }, tiles };
}
