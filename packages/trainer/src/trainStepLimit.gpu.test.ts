import { Device, LimitError, openDevice } from "@kindling/gpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { explainLimit } from "./explainLimit.ts";
import { createNetworks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { stepCosts } from "./stepCosts.ts";
import { randomBatch } from "./testing/randomBatch.ts";
import { createTinyData, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { TrainStep } from "./trainStep.ts";

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
  const [, largest, keep, parts] =
    /; the largest batch that fits at once is of (\d+), or keep batchSize (\d+) with accumulate=(\d+)$/
      .exec((error as LimitError).message)
      ?.map(Number) ?? [];
  expect(largestOf(largest!)).toBeLessThanOrEqual(limit);
  expect(largestOf(largest! + 1)).toBeGreaterThan(limit);
  expect(keep).toBe(tooLarge);
  expect(tooLarge % parts!).toBe(0);
  expect(tooLarge / parts!).toBeLessThanOrEqual(largest!);
});

test("the accumulate that is proposed fits, is the fewest parts that do, and is proposed from other parts too", async () => {
  const batches = (accumulate: number): Recipe => tinyRecipe(data, { "data.batchSize": "12", accumulate: String(accumulate) });
  using unlimited = createNetworks(device, batches(1), {});
  const atMost = (size: number): Device =>
    limited(stepCosts(tinyRecipe(data, { "data.batchSize": String(size) }), unlimited).gradients!.largestBytes);
  const create = async (on: Device, accumulate: number): Promise<void> => {
    using networks = createNetworks(on, batches(accumulate), {});
    using _ = await TrainStep.create(on, batches(accumulate), networks);
  };
  const five = atMost(5);
  await expect(create(five, 1)).rejects.toThrow("fits at once is of 5, or keep batchSize 12 with accumulate=3");
  await expect(create(five, 2)).rejects.toThrow("fits at once is of 5, or keep batchSize 12 with accumulate=3");
  await create(five, 3);
});

test("where an adapter's memory ends, it is said how much a step takes, and how much with accumulate", () => {
  const recipe = tinyRecipe(data, { "data.input": "[192, 144]", "data.batchSize": "12", accumulate: "2" });
  using networks = createNetworks(device, recipe, {});
  const planned = (changes: Partial<Recipe>): number =>
    Object.values(stepCosts({ ...recipe, ...changes }, networks)).reduce((sum, { plannedBytes }) => sum + plannedBytes, 0) / 2 ** 20;
  const [two, three] = [planned({}), planned({ accumulate: 3 })].map((mebibytes) => mebibytes.toFixed(0));
  expect(two).not.toBe(three);
  expect(explainLimit(new LimitError("no memory left"), device, recipe, networks).message).toBe(
    `no memory left; a step with 6 images at once takes ${two} MiB beside the networks, with accumulate=3 ${three} MiB`,
  );
});

test("under a limit that cuts the arenas, no binding exceeds it, and training gives the same bytes", async () => {
  // No clipping: the norm of several segments is summed in another order than that of one.
  const recipe = tinyRecipe(data, { optimizer: "{ kind: adamw, learningRate: 2e-3, weightDecay: 1e-4 }", accumulate: "2" });
  const train = async (on: Device): Promise<{ readonly segments: number; readonly weights: readonly Float32Array[] }> => {
    using networks = createNetworks(on, recipe, {});
    using step = await TrainStep.create(on, recipe, networks);
    for (let t = 1; t <= 3; t++) {
      const { outcome } = await step.run(randomBatch(recipe, t), { step: t, learningRate: 1e-3, lossWeights: [1] });
      await outcome;
    }
    const weights = [...(await networks.store.read(networks.store.persistent.values())).values()];
    return { segments: networks.store.segments.length, weights };
  };
  const whole = await train(device);
  expect(whole.segments).toBe(1);
  using networks = createNetworks(device, recipe, {});
  const bytes = Object.values(stepCosts(recipe, networks)).reduce((most, { largestBytes }) => Math.max(most, largestBytes), 0);
  const small = limited(bytes);
  const bound: number[] = [];
  const createBindGroup = device.gpu.createBindGroup.bind(device.gpu);
  device.gpu.createBindGroup = (descriptor) => {
    for (const { resource } of descriptor.entries) if ("buffer" in resource) bound.push(resource.size ?? resource.buffer.size);
    return createBindGroup(descriptor);
  };
  const cut = await train(small);
  device.gpu.createBindGroup = createBindGroup;
  expect(cut.segments).toBeGreaterThan(1);
  expect(bound.length).toBeGreaterThan(100);
  expect(Math.max(...bound)).toBeLessThanOrEqual(bytes);
  expect(cut.weights).toEqual(whole.weights);
});

/** The device with a smaller largest binding: planning keeps to it, the GPU would bear more. */
function limited(maxBindingBytes: number): Device {
  return new Device({ ...device, gpu: device.gpu, capabilities: { ...device.capabilities, maxBindingBytes } });
}

test("where not even one image fits, it is said so", async () => {
  const side = 4 * Math.ceil(Math.sqrt(limit / 16) / 4) + 4;
  const recipe = tinyRecipe(data, { "data.input": `[${side}, ${side}]`, "data.batchSize": "1" });
  using networks = createNetworks(device, recipe, {});
  await expect(TrainStep.create(device, recipe, networks)).rejects.toThrow("; not even batchSize 1 fits");
});
