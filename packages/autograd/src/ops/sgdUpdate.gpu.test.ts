import { openDevice, ShapeError } from "@kindling/gpu";
import { sgdReference } from "@kindling/kernels";
import { randomValues, relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { scaleBy } from "./scaleBy.ts";
import { sgdMomentumUpdate, sgdUpdate } from "./sgdUpdate.ts";

const device = await openDevice();

test.each([
  { name: "no momentum", momentum: 0, dampening: 0, nesterov: false },
  { name: "momentum and dampening", momentum: 0.9, dampening: 0.5, nesterov: false },
  { name: "Nesterov momentum", momentum: 0.9, dampening: 0, nesterov: true },
])("five steps with $name over two segments equal the same steps in float64", async ({ momentum, dampening, nesterov }) => {
  const sizes = [7, 301];
  const variables = sizes.map((size, i) => parameter(`p${i}`, size));
  const groupOf = ({ name }: Variable) => ({ learningRateFactor: name === "p1" ? 0.1 : 1, weightDecayFactor: name === "p1" ? 0 : 1 });
  using store = new ParameterStore(device, { variables, trainable: () => true, groupOf });
  store.initialise(variables, Math.random); // its values are the variables' own
  const graph = new Graph();
  const scalars = graph.input("scalars", [2], "f32");
  const constants = store.segments.map(({ group }) => ({
    weightDecay: 0.05 * group.weightDecayFactor,
    learningRateFactor: group.learningRateFactor,
  }));
  for (const [i, segment] of store.segments.entries()) {
    const [parameters, gradients] = [graph.use(segment.parameters), graph.use(segment.gradients)];
    if (momentum === 0) sgdUpdate(parameters, gradients, scalars, constants[i]!);
    else {
      const buffer = graph.use(store.slot("momentum_buffer")[i]!);
      sgdMomentumUpdate(parameters, gradients, buffer, scalars, { ...constants[i]!, momentum, nesterov });
    }
  }
  using program = await compile(graph, device, { store, outputs: {} });

  const exact: { parameters: Float64Array; momentumBuffer: Float64Array }[] = variables.map((variable, i) => ({
    parameters: Float64Array.from(variable.init(Math.random)),
    momentumBuffer: new Float64Array(sizes[i]!),
  }));
  for (let t = 1; t <= 5; t++) {
    const step = Float32Array.of(0.1 / t, t === 1 ? 1 : 1 - dampening);
    program.write("scalars", step);
    const gradients = sizes.map((size, i) => randomValues(10 * t + i, size));
    for (const [i, variable] of variables.entries()) store.write(store.gradientOf(variable), gradients[i]!);
    program.run();
    const read = await store.read(variables);
    for (const [i, before] of exact.entries()) {
      const problem = { size: sizes[i]!, ...constants[i]!, momentum, nesterov };
      const after = sgdReference(problem, Float64Array.from(gradients[i]!), Float64Array.from(step), before);
      exact[i] = { parameters: after.parameters.value, momentumBuffer: after.momentumBuffer.value };
      expect(relativeError(read.get(variables[i]!)!, exact[i]!.parameters), `p${i}, step ${t}`).toBeLessThan(1e-6);
    }
  }
});

test("operands of different shapes, too few scalars and tensors that are no variables are refused", () => {
  const graph = new Graph();
  const [a, b] = [parameter("a", 4), parameter("b", 5)].map((variable) => graph.use(variable));
  const [one, two] = [graph.input("one", [1], "f32"), graph.input("two", [2], "f32")];
  const attrs = { weightDecay: 0, learningRateFactor: 1, momentum: 0.9, nesterov: false };
  const computed = scaleBy(a!, two, 0);
  expect(() => sgdUpdate(a!, b!, one, attrs)).toThrow(ShapeError);
  expect(() => sgdMomentumUpdate(a!, a!, b!, two, attrs)).toThrow(ShapeError);
  expect(() => sgdMomentumUpdate(a!, a!, a!, one, attrs)).toThrow(/share of the buffer/);
  expect(() => sgdUpdate(computed, a!, one, attrs)).toThrow(/must be a variable/);
  expect(() => sgdMomentumUpdate(a!, a!, computed, two, attrs)).toThrow(/must be a variable/);
});

function parameter(name: string, size: number): Variable {
  return namedVariable(name, { shape: [size], role: "parameter", init: () => randomValues(size, size) });
}
