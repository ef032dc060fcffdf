import { backward, Graph, mean } from "@kindling/autograd";
import { expect, test } from "vitest";
import { nameModule } from "../module.ts";
import { randomSource } from "../testing/randomSource.ts";
import { Conv2d } from "./conv2d.ts";
import { kaimingUniform, normal, zero } from "./initialiser.ts";

test("an image convolution has four input channels in memory, the fourth zero, and starts as if it had three", () => {
  const conv = new Conv2d(3, 64, 3, { image: true });
  expect(conv.weight.shape).toEqual([3, 3, 4, 64]);
  const values = conv.weight.init(randomSource(7));
  const bound = 1 / Math.sqrt(27);
  for (const [at, value] of values.entries()) {
    if (Math.floor(at / 64) % 4 === 3) expect(value).toBe(0);
    else expect(Math.abs(value)).toBeLessThanOrEqual(bound);
  }
  expect(rms(values.filter((value) => value !== 0))).toBeCloseTo(bound / Math.sqrt(3), 2);
});

test("PyTorch's default start is uniform within 1/√fanIn, weight and bias", () => {
  const conv = new Conv2d(16, 512, 3);
  for (const values of [conv.weight.init(randomSource(7)), conv.bias!.init(randomSource(7))]) {
    const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(1 / 12);
    expect(largest).toBeGreaterThan(0.98 / 12);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.005);
  }
});

test("kaiming_uniform keeps the variance through a ReLU: its variance is 2/fanIn", () => {
  const values = new Conv2d(64, 64, 3, { initialWeight: kaimingUniform, initialBias: zero }).weight.init(randomSource(7));
  expect(rms(values) ** 2 * 576).toBeCloseTo(2, 1);
});

test("normal values have their standard deviation and its tails", () => {
  const draw = randomSource(7);
  const values = Float32Array.from({ length: 20_000 }, () => normal(0.001)(9, draw));
  expect(rms(values) * 1000).toBeCloseTo(1, 1);
  const beyond = (sigmas: number) => values.filter((value) => Math.abs(value) > sigmas / 1000).length / values.length;
  expect(beyond(1)).toBeCloseTo(0.3173, 1);
  expect(beyond(2)).toBeCloseTo(0.0455, 2);
});

test("a convolution without bias cannot give one", () => {
  const conv = new Conv2d(1, 1, 1, { bias: false });
  nameModule(conv, "conv");
  expect(conv.bias).toBeNull();
  expect(() => conv.tensors(new Graph().input("x", [1, 1, 1, 1], "f32"))).toThrow("conv has no bias");
});

test("the weight is read as x is stored, bias and gradients are f32", () => {
  const conv = new Conv2d(4, 8, 1);
  nameModule(conv, "conv");
  const graph = new Graph();
  const y = conv.forward(graph.input("x", [1, 2, 3, 4], "f16"));
  expect(y.dtype).toBe("f16");
  const [weight, bias] = [graph.use(conv.weight), graph.use(conv.bias!)];
  expect([weight.dtype, bias.dtype]).toEqual(["f32", "f32"]);
  expect(graph.nodes.map(({ op }) => op.name)).toEqual(["cast", "conv2d"]);
  const gradients = backward(mean(y), [weight, bias]);
  expect(gradients.map((gradient) => gradient?.dtype)).toEqual(["f32", "f32"]);

  const narrow = new Conv2d(4, 8, 1);
  nameModule(narrow, "narrow");
  narrow.weight.storeAsF16();
  const frozen = new Graph();
  narrow.forward(frozen.input("x", [1, 2, 3, 4], "f16"));
  expect(frozen.nodes.map(({ op }) => op.name)).toEqual(["conv2d"]);
});

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
