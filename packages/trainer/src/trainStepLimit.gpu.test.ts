import { LimitError, openDevice } from "@kindling/gpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetworks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { createTinyData, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { stepCosts, TrainStep } from "./trainStep.ts";

const device = await openDevice();
const limit = Math.min(device.capabilities.maxBindingBytes, device.capabilities.maxBufferBytes);
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

test("a batch that an adapter cannot bind is refused with the largest that it can, and planning takes no buffer", async () => {
  const recipe = tinyRecipe(data);
  using networks = createNetworks(device, recipe, {});
  const withBatch = (batchSize: number): Recipe => ({ ...recipe, data: { ...recipe.data, batchSize } });
  const largestOf = (batchSize: number): number => stepCosts(withBatch(batchSize), networks).gradients!.largestBytes;
  const tooLarge = Math.ceil(limit / (4 * 48 * 36 * 4)) + 1; // its images alone
  expect(largestOf(tooLarge)).toBeGreaterThan(limit);
  const buffers = device.gpu.createBuffer.bind(device.gpu);
  let made = 0;
  device.gpu.createBuffer = (descriptor) => {
    made++;
    return buffers(descriptor);
  };
  const error = await TrainStep.create(device, withBatch(tooLarge), networks).catch((failure: unknown) => failure);
  device.gpu.createBuffer = buffers;
  expect(made).toBe(0);
  expect(error).toBeInstanceOf(LimitError);
  const largest = Number(/; the largest batchSize that fits is (\d+)$/.exec((error as LimitError).message)?.[1]);
  expect(largestOf(largest)).toBeLessThanOrEqual(limit);
  expect(largestOf(largest + 1)).toBeGreaterThan(limit);
});

test("where not even one image fits, it is said so", async () => {
  const side = 4 * Math.ceil(Math.sqrt(limit / 16) / 4) + 4;
  const recipe = tinyRecipe(data, { "data.input": `[${side}, ${side}]`, "data.batchSize": "1" });
  using networks = createNetworks(device, recipe, {});
  await expect(TrainStep.create(device, recipe, networks)).rejects.toThrow("; not even batchSize 1 fits");
});
