import { expect, test } from "vitest";
import { countParameters } from "./countParameters.ts";
import { createModel } from "./createModel.ts";
import { foldBatchNorm } from "./foldBatchNorm.ts";
import { modelCosts } from "./modelCosts.ts";
import { nameModule } from "./module.ts";

const published = [
  ["squeezenet-hpe", 384, 288, 800_849, 1_137_110_720],
  ["hrnet-w32", 256, 192, 28_536_113, 7_645_003_776],
  ["hrnet-w32", 384, 288, 28_536_113, 17_201_258_496],
  ["hrnet-w48", 256, 192, 63_595_745, 15_691_825_152],
  ["hrnet-w48", 384, 288, 63_595_745, 35_306_606_592],
] as const;

test.each(published)("%s at %i × %i has the published parameters and multiply–accumulates", (name, height, width, parameters, macs) => {
  const model = named(name);
  const costs = modelCosts(model, [height, width], 1);
  expect({ parameters: costs.parameters, macs: costs.macs }).toEqual({ parameters, macs });
  expect(costs.parameters).toBe(countParameters(model));
  const sums = costs.layers.reduce((sum, layer) => [sum[0]! + layer.parameters, sum[1]! + layer.macs], [0, 0]);
  expect(sums).toEqual([parameters, macs]);
});

test("the student's features and head have the multiply–accumulates of their definition; the head computes far fewer", () => {
  const { layers, computedMacs } = modelCosts(named("squeezenet-hpe"), [384, 288], 1);
  const head = layers.find(({ name }) => name === "conv_heatmap")!;
  expect(head.macs).toBe(541_458_432);
  expect(head.ops).toEqual(["tapWeight", "conv2d", "tapSum"]);
  // Before up-sampling 30,629,376; kernels pad 51 tap channels to 52, then interpolate and add the taps.
  expect(head.computedMacs).toBeGreaterThan(30_629_376);
  expect(head.computedMacs).toBeLessThan(1.15 * 30_629_376);
  const features = layers.reduce((sum, { name, macs }) => sum + (name.startsWith("backbone") ? macs : 0), 0);
  expect(features).toBe(595_652_288);
  // The image has a fourth channel in memory: one third more in the first convolution.
  const first = layers.find(({ name }) => name === "backbone.0")!;
  expect(first.computedMacs).toBe((first.macs * 4) / 3);
  expect(computedMacs).toBe(features + first.macs / 3 + head.computedMacs);
  const expand = ["expand1x1", "expand3x3"].map((part) => layers.find(({ name }) => name === `backbone.3.${part}`)!.macs);
  expect(expand[1]).toBe(9 * expand[0]!);
});

test("stored as f16, or with batch norms folded, a network has the same parameters and multiply–accumulates and takes less memory", () => {
  for (const name of ["squeezenet-hpe", "hrnet-w8"]) {
    const [model, folded] = [named(name), named(name)];
    foldBatchNorm(folded);
    const [f32, f16, fewer] = [modelCosts(model, [64, 48], 1), modelCosts(model, [64, 48], 1, "f16"), modelCosts(folded, [64, 48], 1)];
    for (const { parameters, macs, layers } of [f16, fewer]) {
      expect({ parameters, macs }).toEqual({ parameters: f32.parameters, macs: f32.macs });
      expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
    }
    const macsOf = ({ layers }: typeof f32) => new Map(layers.filter(({ macs }) => macs > 0).map((layer) => [layer.name, layer.macs]));
    expect(macsOf(f16)).toEqual(macsOf(f32));
    expect(macsOf(fewer)).toEqual(macsOf(f32));
    if (name === "hrnet-w8") expect(fewer.activationBytes).toBeLessThan(0.7 * f32.activationBytes);
  }
});

test("a batch multiplies activations, not multiply–accumulates an image", () => {
  const [one, four] = [1, 4].map((batch) => modelCosts(named("hrnet-w8"), [64, 48], batch));
  expect(four!.macs).toBe(one!.macs);
  expect(four!.layers.map(({ macs }) => macs)).toEqual(one!.layers.map(({ macs }) => macs));
  expect(four!.parameters).toBe(one!.parameters);
  expect(four!.activationBytes).toBe(4 * one!.activationBytes);
  expect(four!.plannedBytes).toBe(4 * one!.plannedBytes);
  expect(one!.plannedBytes).toBeLessThan(one!.activationBytes / 5);
});

function named(name: string): ReturnType<typeof createModel> {
  const model = createModel(name, { joints: 17 });
  nameModule(model, "");
  return model;
}
