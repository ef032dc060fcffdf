import { openDevice, ShapeError } from "@kindling/gpu";
import { clipByNormReference, normReference } from "@kindling/kernels";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { clipByGlobalNorm } from "./clipByGlobalNorm.ts";
import { globalNorm } from "./globalNorm.ts";
import { scaleBy } from "./scaleBy.ts";

const device = await openDevice();

test.each([
  // What clip_grad_norm_ leaves when error_if_nonfinite is false: the norm is NaN, and so is every gradient …
  { planted: Number.NaN, norm: Number.NaN, others: Number.NaN, itself: Number.NaN },
  // … or it is infinite, and the gradients are multiplied by 0, which makes NaN of the infinite ones alone.
  { planted: Number.POSITIVE_INFINITY, norm: Number.POSITIVE_INFINITY, others: 0, itself: Number.NaN },
  { planted: Number.NEGATIVE_INFINITY, norm: Number.POSITIVE_INFINITY, others: 0, itself: Number.NaN },
])("one gradient of $planted leaves what PyTorch leaves, in every segment", async ({ planted, norm, others, itself }) => {
  for (const at of [0, 5, 8999]) {
    const [small, large] = [randomValues(1, 7), randomValues(2, 9001).with(at, planted)];
    const after = await clipped([small, large], 0.5);
    expect(after.norm).toBe(norm);
    expect(after.gradients[0]!.map(Math.abs)).toEqual(new Float32Array(7).fill(others));
    expect(after.gradients[1]!.map(Math.abs)).toEqual(new Float32Array(9001).fill(others).with(at, itself));
  }
});

test.each([0.5, 1e6])("gradients whose joint norm may be %d are scaled to it, or left alone bit for bit", async (maxNorm) => {
  const gradients = [randomValues(1, 7), randomValues(2, 9001)];
  const after = await clipped(gradients, maxNorm);
  const norm = normReference(gradients.map((gradient) => Float64Array.from(gradient))).value[0]!;
  expect(Math.abs(after.norm - norm) / norm).toBeLessThan(1e-6);
  for (const [i, gradient] of gradients.entries()) {
    if (maxNorm > norm) expect(after.gradients[i]).toEqual(gradient);
    const expected = clipByNormReference(Float64Array.from(gradient), norm, maxNorm).value;
    for (const [at, value] of after.gradients[i]!.entries()) expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6);
  }
});

test("gradients that are no variables, a bound that is not positive and a norm that is no scalar are refused", () => {
  const graph = new Graph();
  const [a, b] = [parameter("a", new Float32Array(4)), parameter("b", new Float32Array(5))].map((variable) => graph.use(variable));
  const scalars = graph.input("scalars", [3], "f32");
  expect(() => clipByGlobalNorm([scaleBy(a!, scalars, 0)], globalNorm([a!]), 1)).toThrow(/must be a variable/);
  expect(() => clipByGlobalNorm([a!], globalNorm([a!]), 0)).toThrow(RangeError);
  expect(() => clipByGlobalNorm([a!], b!, 1)).toThrow(ShapeError);
});

/** Clips gradients, each in a segment of its own, by their joint norm. */
async function clipped(
  values: readonly Float32Array[],
  maxNorm: number,
): Promise<{ readonly norm: number; readonly gradients: readonly Float32Array[] }> {
  const variables = values.map((data, i) => parameter(`g${i}`, data));
  const groupOf = ({ name }: Variable) => ({ learningRateFactor: Number(name.slice(1)) + 1, weightDecayFactor: 0 });
  using store = new ParameterStore(device, { variables, trainable: () => true, groupOf });
  const graph = new Graph();
  const [first, ...rest] = store.segments.map(({ gradients }) => graph.use(gradients));
  const norm = globalNorm([first!, ...rest]);
  clipByGlobalNorm([first!, ...rest], norm, maxNorm);
  using program = await compile(graph, device, { store, outputs: { norm } });
  const gradients = variables.map((variable) => store.gradientOf(variable));
  for (const [i, gradient] of gradients.entries()) store.write(gradient, values[i]!);
  program.run();
  const read = await store.read(gradients);
  return { norm: (await program.read("norm"))[0]!, gradients: gradients.map((gradient) => read.get(gradient)!) };
}

function parameter(name: string, data: Float32Array): Variable {
  return namedVariable(name, { shape: [data.length], role: "parameter", init: () => data });
}
