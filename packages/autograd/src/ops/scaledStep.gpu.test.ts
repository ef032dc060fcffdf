import { openDevice, ShapeError } from "@kindling/gpu";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { allFinite } from "./allFinite.ts";
import { scaledStep } from "./scaledStep.ts";
import { sgdUpdate } from "./sgdUpdate.ts";

const device = await openDevice();

test("a step whose gradients overflow changes no parameter and halves the scale; later steps use the scalars of the steps that counted", async () => {
  const weight = namedVariable("weight", { shape: [9], role: "parameter", init: () => randomValues(1, 9) });
  const lossScale = state([1024, 0, 0]);
  using store = new ParameterStore(device, { variables: [weight, lossScale], trainable: () => true });
  expect([...store.persistent.keys()]).toContain("lossScale");
  store.initialise([weight, lossScale], () => 0.5);
  const graph = new Graph();
  const [segment] = store.segments;
  const [parameters, gradients] = [graph.use(segment!.parameters), graph.use(segment!.gradients)];
  const steps = graph.input("steps", [2, 2], "f32");
  const scalars = scaledStep(steps, allFinite([gradients]), graph.use(lossScale), { growthInterval: 2 });
  sgdUpdate(parameters, gradients, scalars, { weightDecay: 0, learningRateFactor: 1, lossScaled: true });
  using program = await compile(graph, device, { store, outputs: { scalars } });

  let [expected, scale] = [Float64Array.from(weight.init(() => 0.5)), 1024];
  // Gradient of 1 everywhere; the rows of the table are told apart by their learning rates.
  for (const [finite, row, after] of [
    [true, 0, [1024, 1, 0]],
    [false, 0, [512, 0, 1]],
    [true, 1, [512, 1, 1]],
    [true, 1, [1024, 0, 1]],
    [false, 1, [512, 0, 2]],
    [true, 1, [512, 1, 2]], // two skipped steps, but no third row
  ] as const) {
    const rates = [0.25, 0.5];
    program.write("steps", Float32Array.of(rates[0]!, 1, rates[1]!, 1));
    store.write(store.gradientOf(weight), new Float32Array(9).fill(scale).with(4, finite ? scale : Number.NaN));
    program.run();
    if (finite) expected = expected.map((value) => value - rates[row]!);
    scale = after[0];
    const read = await store.read([weight, lossScale]);
    expect([...read.get(lossScale)!]).toEqual([...after]);
    for (const [i, value] of read.get(weight)!.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  }
});

test("operands of other shapes, and a scale that is no variable, are refused", () => {
  const graph = new Graph();
  const [steps, finite, flat] = [graph.input("steps", [1, 2], "f32"), graph.input("finite", [], "f32"), graph.input("flat", [3], "f32")];
  expect(() => scaledStep(flat, finite, graph.use(state([1, 0, 0])))).toThrow(ShapeError);
  expect(() => scaledStep(steps, flat, graph.use(state([1, 0, 0])))).toThrow(ShapeError);
  expect(() => scaledStep(steps, finite, flat)).toThrow(/must be a variable/);
});

function state(values: readonly number[]): Variable {
  return namedVariable("lossScale", { shape: [values.length], role: "state", init: () => Float32Array.from(values) });
}
