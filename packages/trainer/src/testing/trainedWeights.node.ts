import type { Device } from "@kindling/gpu";
import type { StateDict } from "@kindling/models";
import type { RecipeWeights } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import { createTinyTrainer } from "./tinyRun.node.ts";

/** The student's weights at the end of a run: one that nothing interrupts, or that stops after a step and goes on with new networks from its snapshot. */
export async function trainedWeights(device: Device, recipe: Recipe, weights: RecipeWeights, stopAfter: number | null): Promise<StateDict> {
  await using first = await createTinyTrainer(device, recipe, weights);
  const stop = new AbortController();
  for await (const event of first.trainer.run(stop.signal)) if (event.kind === "step" && event.step === stopAfter) stop.abort();
  if (stopAfter === null) return await first.trainer.studentWeights();
  await using second = await createTinyTrainer(device, recipe, weights, await first.trainer.snapshot());
  for await (const _ of second.trainer.run());
  return await second.trainer.studentWeights();
}
