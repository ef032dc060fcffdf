import { createLoader } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { cropOfBox, evaluateOks, flipPermutation, invertAffine, meanOf, mirrorImage, unflipHeatmaps } from "@kindling/pose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Evaluator, type EvaluatorOptions } from "./evaluator.ts";
import { createNetworks } from "./networks.ts";
import { poseDetections } from "./poseDetections.ts";
import { readRecipeData } from "./readRecipeData.node.ts";
import { targetCodecOf } from "./targetCodecOf.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";

const device = await openDevice();
const input = { height: 48, width: 36 };
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

test("the flip test averages what the network says of a crop and of its mirror image; the loss stays that of the crop", async () => {
  const recipe = tinyRecipe(data);
  const { validation: dataset } = await readRecipeData(recipe);
  using networks = createNetworks(device, recipe, {});
  const codec = targetCodecOf(recipe.data);
  const options: EvaluatorOptions = {
    model: networks.student,
    store: networks.store,
    input: [input.height, input.width],
    batchSize: 4,
    losses: recipe.losses,
    codec,
    decoding: "dark",
  };
  using plain = await Evaluator.create(device, options);
  using flipped = await Evaluator.create(device, { ...options, flip: dataset.skeleton });
  await using loader = createLoader({ dataset, input, codec, batchSize: 4, workers: 0 });
  const run = (evaluator: Evaluator) => evaluator.evaluate({ dataset, loader, threshold: 0.5, lossWeights: [1], oks: true });
  const [one, both] = [await run(plain), await run(flipped)];
  expect(both.loss).toBe(one.loss);
  expect(both.predictions).not.toEqual(one.predictions);

  const permutation = flipPermutation(dataset.skeleton);
  for await (const { image, indices, valid } of loader) {
    const [heatmaps] = await plain.outputs(image);
    const [mirrored] = await plain.outputs(mirrorImage(image, input.width));
    const mean = [meanOf(heatmaps!, unflipHeatmaps(mirrored!, 9, permutation, true))];
    expect(await flipped.outputs(image)).toEqual(mean);
    for (let i = 0; i < valid; i++) {
      const toImage = invertAffine(cropOfBox(dataset.samples[indices[i]!]!.box, input));
      const { keypoints } = both.predictions.find(({ sample }) => sample === indices[i]!)!;
      expect(keypoints).toEqual(flipped.decode(mean, i, toImage));
    }
  }
  const { sigmas } = dataset.skeleton;
  expect(both.oks).toEqual(evaluateOks(dataset.persons, poseDetections(dataset, both.predictions), { sigmas }));
  expect(both.oks!.counts.persons).toBeGreaterThan(0);
});

test("a run whose metric is AP measures it in every validation, and its best weights are those of the highest", async () => {
  const recipe = tinyRecipe(data, { metric: "AP", "evaluate.flip": "true", "evaluate.decode": "dark" });
  await using tiny = await createTinyTrainer(device, recipe);
  let best = Number.NEGATIVE_INFINITY;
  for await (const event of tiny.trainer.run()) {
    if (event.kind !== "validation") continue;
    const { AP } = event.evaluation.oks!;
    expect(AP).toBeGreaterThanOrEqual(0);
    expect(event.best).toBe(AP > best);
    best = Math.max(best, AP);
  }
  expect((await tiny.trainer.snapshot()).state.best?.value).toBe(best);
});
