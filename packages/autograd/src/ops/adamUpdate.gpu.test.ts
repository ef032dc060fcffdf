import { openDevice, ShapeError, sizeOf } from "@kindling/gpu";
import { adamReference, clipByNormReference, normReference } from "@kindling/kernels";
import { randomValues, relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { adamUpdate, adamwUpdate } from "./adamUpdate.ts";
import { clipByGlobalNorm } from "./clipByGlobalNorm.ts";
import { globalNorm } from "./globalNorm.ts";
import { scaleBy } from "./scaleBy.ts";

const device = await openDevice();
const maxNorm = 0.5;
const constants = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.05 };

test.each([
  { name: "adam", update: adamUpdate, decay: "l2" },
  { name: "adamw", update: adamwUpdate, decay: "decoupled" },
] as const)(
  "five steps of $name over two segments, clipped by their joint norm, equal the same steps in float64",
  async ({ update, decay }) => {
    const shapes = [[5, 7], [3], [1, 9001]];
    const variables = shapes.map((shape, i) => parameter(`p${i}`, shape, i));
    using store = new ParameterStore(device, {
      variables,
      trainable: () => true,
      groupOf: ({ name }) => ({ learningRateFactor: name === "p1" ? 0.1 : 1, weightDecayFactor: name === "p1" ? 0 : 1 }),
    });
    expect(store.segments).toHaveLength(2);
    store.initialise(variables, () => 0.5);

    const graph = new Graph();
    const scalars = graph.input("scalars", [4], "f32");
    for (const variable of variables) {
      const incoming = graph.input(`incoming ${variable.name}`, variable.shape, "f32");
      graph.assign(store.gradientOf(variable), scaleBy(incoming, scalars, 3));
    }
    const [first, second] = store.segments.map(({ gradients }) => graph.use(gradients));
    const norm = globalNorm([first!, second!]);
    clipByGlobalNorm([first!, second!], norm, maxNorm);
    for (const [i, { group, parameters, gradients }] of store.segments.entries()) {
      const [expAvg, expAvgSq] = ["exp_avg", "exp_avg_sq"].map((slot) => graph.use(store.slot(slot)[i]!));
      update(graph.use(parameters), graph.use(gradients), expAvg!, expAvgSq!, scalars, {
        ...constants,
        weightDecay: constants.weightDecay * group.weightDecayFactor,
        learningRateFactor: group.learningRateFactor,
      });
    }
    using program = await compile(graph, device, { store, outputs: { norm } });

    const exact: Record<"parameters" | "expAvg" | "expAvgSq", Float64Array>[] = variables.map((variable) => ({
      parameters: Float64Array.from(variable.init(() => 0.5)),
      expAvg: new Float64Array(sizeOf(variable.shape)),
      expAvgSq: new Float64Array(sizeOf(variable.shape)),
    }));
    for (let t = 1; t <= 5; t++) {
      const step = Float32Array.of(0.01 / t, 1 - constants.beta1 ** t, 1 - constants.beta2 ** t, t === 3 ? 1e-4 : 1);
      // The third step's gradients are so small that nothing is clipped.
      const gradients = shapes.map((shape, i) => Float32Array.from(randomValues(10 * t + i, sizeOf(shape))));
      program.write("scalars", step);
      for (const [i, variable] of variables.entries()) program.write(`incoming ${variable.name}`, gradients[i]!);
      program.run();

      const scaled = gradients.map((gradient) => Float64Array.from(gradient, (value) => value * step[3]!));
      const joint = normReference(scaled).value[0]!;
      expect(relativeError(await program.read("norm"), [joint])).toBeLessThan(1e-6);
      for (const [i, before] of exact.entries()) {
        const problem = {
          size: before.parameters.length,
          ...constants,
          weightDecay: i === 1 ? 0 : constants.weightDecay,
          learningRateFactor: i === 1 ? 0.1 : 1,
        };
        const clipped = clipByNormReference(scaled[i]!, joint, maxNorm).value;
        const after = adamReference(decay, problem, clipped, Float64Array.from(step), before);
        exact[i] = { parameters: after.parameters.value, expAvg: after.expAvg.value, expAvgSq: after.expAvgSq.value };
      }
      const read = await store.read(variables);
      for (const [i, variable] of variables.entries()) {
        expect(relativeError(read.get(variable)!, exact[i]!.parameters)).toBeLessThan(1e-6);
      }
    }
  },
);

test("operands of different shapes, too few scalars and tensors that are no variables are refused", () => {
  const graph = new Graph();
  const [a, b] = [parameter("a", [4], 1), parameter("b", [5], 2)].map((variable) => graph.use(variable));
  const scalars = graph.input("scalars", [3], "f32");
  const attrs = { ...constants, learningRateFactor: 1 };
  const two = graph.input("two", [2], "f32");
  for (const update of [adamUpdate, adamwUpdate]) {
    expect(() => update(a!, b!, a!, a!, scalars, attrs)).toThrow(ShapeError);
    expect(() => update(a!, a!, a!, a!, two, attrs)).toThrow(/bias corrections/);
    expect(() => update(scaleBy(a!, scalars, 0), a!, a!, a!, scalars, attrs)).toThrow(/must be a variable/);
  }
});

function parameter(name: string, shape: readonly number[], seed: number): Variable {
  return namedVariable(name, { shape, role: "parameter", init: () => randomValues(seed + 1, sizeOf(shape)) });
}
