import { expect, test } from "vitest";
import { countParameters } from "./countParameters.ts";
import { type CreateModelOptions, createModel } from "./createModel.ts";
import { modelCosts } from "./modelCosts.ts";
import { checkpointActivations, nameModule } from "./module.ts";
import type { PoseModel } from "./poseModel.ts";
import { trainingCosts } from "./trainingCosts.ts";

test("each parameter has a gradient and two moments", () => {
  const { variableBytes, gradientBytes, momentBytes } = trainingCosts(named("squeezenet-hpe", { width: 0.25 }), [64, 48], 1);
  const parameters = countParameters(createModel("squeezenet-hpe", { width: 0.25 }));
  const imageChannel = 3 * 3 * 16; // the fourth of an image, which papers do not count
  expect([variableBytes, gradientBytes, momentBytes]).toEqual([1, 1, 2].map((copies) => copies * 4 * (parameters + imageChannel)));
});

test("training keeps at least what the backward pass reads, each image of a batch as much as any other, and a forward pass far less", () => {
  for (const name of ["squeezenet-hpe", "hrnet-w8", "openpose-tiny", "squeezenet1_1"]) {
    const [one, two, four] = [1, 2, 4].map((batch) => trainingCosts(named(name), [64, 64], batch));
    const kept = ({ keptBytes }: typeof one & object): number => [...keptBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(four!.plannedBytes, name).toBeGreaterThan(kept(four!));
    expect(kept(four!) - kept(two!), name).toBe(2 * (kept(two!) - kept(one!)));
    expect(kept(two!) - kept(one!), name).toBeGreaterThan(0);
    expect(four!.gradientBytes).toBe(one!.gradientBytes);
    expect(four!.plannedBytes, name).toBeGreaterThan(2 * modelCosts(named(name), [64, 64], 4).plannedBytes);
  }
});

test("what a layer keeps is what its gradient, or the next one's, reads: of a convolution and a batch norm with ReLU both outputs", () => {
  const { keptBytes } = trainingCosts(named("hrnet-w8"), [64, 48], 2);
  const stem = 2 * 32 * 24 * 64 * 4;
  expect(keptBytes.get("conv1")).toBe(stem);
  // Beside its output, which conv2 and the ReLU's gradient read, the mean and the variance of the batch.
  expect(keptBytes.get("bn1")).toBeGreaterThanOrEqual(stem);
  expect(keptBytes.get("bn1")).toBeLessThanOrEqual(stem + 2 * 64 * 4);
});

test("activation checkpointing takes less", () => {
  const [plain, sparing] = [named("hrnet-w8"), named("hrnet-w8")];
  checkpointActivations(sparing);
  expect(trainingCosts(sparing, [64, 48], 2).plannedBytes).toBeLessThan(0.75 * trainingCosts(plain, [64, 48], 2).plannedBytes);
});

function named(name: string, options: CreateModelOptions = {}): PoseModel {
  const model = createModel(name, options);
  nameModule(model, "");
  return model;
}
