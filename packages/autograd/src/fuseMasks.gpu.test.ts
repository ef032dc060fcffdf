import { type DType, encodeFloat16, openDevice, sizeOf } from "@kindling/gpu";
import { fastestVariant, type Kernel, type Problem, type Variant } from "@kindling/kernels";
import { expect, test } from "vitest";
import { pullback } from "./backward.ts";
import { compile } from "./compile.ts";
import { Graph } from "./graph.ts";
import { add } from "./ops/add.ts";
import { conv2d } from "./ops/conv2d.ts";
import { fire } from "./ops/fire.ts";
import { maxPool2d } from "./ops/maxPool2d.ts";
import type { Tensor } from "./tensor.ts";

const device = await openDevice();

type Network = (x: Tensor, weight: (shape: readonly number[]) => Tensor) => Tensor;

const attrs = { stride: 1, padding: 1, dilation: 1, groups: 1, activation: "relu" } as const;
const convolve = (x: Tensor, weight: Tensor) => conv2d(x, weight, null, attrs);

const networks: Readonly<Record<string, Network>> = {
  "two convolutions": (x, weight) => convolve(convolve(x, weight([3, 3, 8, 12])), weight([3, 3, 12, 4])),
  "fires, with a pooling between them": (x, weight) => {
    const layer = (shape: readonly number[]) => [weight(shape), weight(shape.slice(-1))] as const;
    const fires = (image: Tensor) =>
      fire(image, { squeeze: layer([1, 1, 8, 4]), expand1x1: layer([1, 1, 4, 4]), expand3x3: layer([3, 3, 4, 4]) });
    return fires(maxPool2d(fires(fires(x)), { kernel: 3, stride: 2, ceilMode: true }));
  },
  "a sum of two ways, whose gradients meet": (x, weight) => {
    const y = convolve(x, weight([3, 3, 8, 8]));
    return add(convolve(y, weight([3, 3, 8, 8])), y);
  },
};

/** Masks of each that stay passes of their own: the first that the cotangent meets, and those of gradients that are sums. */
const passes: Readonly<Record<string, number>> = {
  "two convolutions": 1,
  "fires, with a pooling between them": 1,
  "a sum of two ways, whose gradients meet": 2,
};

const dtypes = device.capabilities.f16 ? (["f32", "f16"] as const) : (["f32"] as const);
const ways = Object.keys(networks).flatMap((name) => dtypes.map((dtype) => [name, dtype] as const));

test.each(ways)("masks in epilogues change no bit of a gradient: %s, %s", async (name, dtype) => {
  const [fused, apart] = [await gradientsOf(networks[name]!, dtype, true), await gradientsOf(networks[name]!, dtype, false)];
  expect(fused.bits).toEqual(apart.bits);
  expect(fused.bits.flat().filter((bits) => bits !== 0).length).toBeGreaterThan(0);
  const count = (kernels: readonly string[], kernel: string) => kernels.filter((each) => each === kernel).length;
  expect(count(fused.kernels, "reluGrad")).toBe(passes[name]);
  expect(count(apart.kernels, "reluGrad")).toBe(passes[name]! + count(fused.kernels, "conv2dInputGradMasked"));
  expect(count(apart.kernels, "conv2dInputGradMasked")).toBe(0);
  expect(count(fused.kernels, "conv2dInputGradMasked") > 0).toBe(name !== "a sum of two ways, whose gradients meet");
});

test("a gradient that is read from outside keeps its mask apart", async () => {
  const { graph, input } = recorder("f32");
  const x = input([1, 4, 4, 8]);
  const y = convolve(x, input([3, 3, 8, 8]));
  const output = convolve(y, input([3, 3, 8, 4]));
  const [ofX, ofY] = pullback([[output, input(output.shape)]], [x, y]);
  using program = await compile(graph, device, { store: null, outputs: { ofX: ofX!, ofY: ofY! } });
  expect(program.dispatches.map(({ kernel }) => kernel)).not.toContain("conv2dInputGradMasked");
});

/** A graph and its inputs, stored as `dtype` where they are no biases. */
function recorder(dtype: "f32" | "f16"): { readonly graph: Graph; readonly inputs: Tensor[]; input(shape: readonly number[]): Tensor } {
  const graph = new Graph();
  const inputs: Tensor[] = [];
  const input = (shape: readonly number[]) => {
    const tensor = graph.input(`input ${inputs.length}`, shape, shape.length > 1 ? dtype : "f32");
    inputs.push(tensor);
    return tensor;
  };
  return { graph, inputs, input };
}

/** The gradients of every input of a network, in bits, and the kernels that compute them, with masks in epilogues or not. */
async function gradientsOf(
  network: Network,
  dtype: "f32" | "f16",
  fused: boolean,
): Promise<{ readonly bits: readonly (readonly number[])[]; readonly kernels: readonly string[] }> {
  const { graph, inputs, input } = recorder(dtype);
  const output = network(input([2, 9, 7, 8]), input);
  const gradients = pullback([[output, input(output.shape)]], inputs.slice(0, -1));
  const outputs = Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient!]));
  // A masked kernel whose variant has another name is passed over.
  const choose = (kernel: Kernel, problem: Problem, dtypes: readonly DType[]): Variant => {
    const variant = fastestVariant(kernel, problem, device.capabilities, dtypes);
    return !fused && kernel.name === "conv2dInputGradMasked" ? { ...variant, id: "another" } : variant;
  };
  using program = await compile(graph, device, { store: null, outputs, choose });
  for (const [i, { name, shape, dtype: stored }] of inputs.entries()) {
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(7 * at + i));
    program.write(name, stored === "f16" ? encodeFloat16(values) : values);
  }
  program.run();
  const read = await Promise.all(Object.keys(outputs).map((name) => program.read(name)));
  return {
    bits: read.map((values) => [...new Uint32Array(values.slice().buffer)]),
    kernels: program.dispatches.map(({ kernel }) => kernel),
  };
}
