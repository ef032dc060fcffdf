import type { Device } from "@kindling/gpu";
import type { Recipe, SampleTile } from "@kindling/trainer";
import type { Score } from "./trainArm.ts";

/** The teacher of a recipe on its validation set: its score and the crops that the arms show too. */
export async function scoreTeacher(
  device: Device,
  recipe: Recipe,
): Promise<{ readonly score: Score; readonly tiles: readonly SampleTile[] }> {
  const { Evaluator, loadNetwork, microBatchSize, readNetworkFile, readRecipeData } = await import("@kindling/trainer");
  const { createLoader } = await import("@kindling/data");
  const teacher = recipe.teacher!; // only recipes with a teacher come here
  const { input, heatmap, sigma } = recipe.data;
  const batchSize = microBatchSize(recipe);
  using network = loadNetwork(device, await readNetworkFile(teacher.weights, { ...teacher, input }));
  const { validation } = await readRecipeData(recipe);
  const options = { ...network, input, batchSize, losses: recipe.losses };
  using evaluator = await Evaluator.create(device, options);
  const size = ([height, width]: readonly [number, number]) => ({ height, width });
  await using loader = createLoader({ dataset: validation, input: size(input), heatmap: size(heatmap), sigma, batchSize });
  const { pck, loss, tiles } = await evaluator.evaluate({
    dataset: validation,
    loader,
    threshold: recipe.pckThreshold,
    lossWeights: recipe.losses.map(() => 1),
    tiles: 16,
  });
  return { score: { pck, loss: loss ?? Number.NaN }, tiles };
}
