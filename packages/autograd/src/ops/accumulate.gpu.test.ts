import { openDevice, ShapeError } from "@kindling/gpu";
import { accumulateReference } from "@kindling/kernels";
import { randomValues, relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { accumulate } from "./accumulate.ts";
import { scaleBy } from "./scaleBy.ts";

const device = await openDevice();

test("the gradients of a program's runs are summed over the whole arena, and a new sum forgets the old one", async () => {
  const variables = [7, 300].map((size, i) => parameter(`p${i}`, size));
  using store = new ParameterStore(device, { variables, trainable: () => true });
  const graph = new Graph();
  const keep = graph.input("keep", [], "f32");
  const factor = graph.input("factor", [1], "f32");
  for (const variable of variables) graph.assign(store.gradientOf(variable), scaleBy(graph.use(variable), factor, 0));
  const [segment] = store.segments;
  const sums = store.transient("gradientSum", segment!.gradients.shape);
  accumulate(graph.use(sums), graph.use(segment!.gradients), keep);
  using program = await compile(graph, device, { store, outputs: {} });

  const parameters = randomValues(1, 307);
  for (const [i, variable] of variables.entries()) store.write(variable, parameters.slice(7 * i, 7 + 300 * i));
  for (const first of [1, 2]) {
    // Behind the slices of 256 bytes lie zeros: sums are as long as the arena.
    let exact: Float64Array = new Float64Array(segment!.gradients.shape[0]!).fill(Number.NaN);
    store.write(sums, Float32Array.from(exact));
    for (let run = 0; run < 4; run++) {
      program.write("keep", Float32Array.of(run));
      program.write("factor", Float32Array.of(first + run));
      program.run();
      const gradients = new Float64Array(exact.length);
      gradients.set(parameters.slice(0, 7).map((value) => Math.fround(value * (first + run))));
      gradients.set(
        parameters.slice(7).map((value) => Math.fround(value * (first + run))),
        64,
      );
      exact = accumulateReference(exact, gradients, run).value;
    }
    expect(relativeError((await store.read([sums])).get(sums)!, exact)).toBeLessThan(1e-6);
  }
});

test("operands of different shapes, a keep that is no scalar and sums that are no variable are refused", () => {
  const graph = new Graph();
  const [a, b] = [parameter("a", 4), parameter("b", 5)].map((variable) => graph.use(variable));
  const keep = graph.input("keep", [], "f32");
  expect(() => accumulate(a!, b!, keep)).toThrow(ShapeError);
  expect(() => accumulate(a!, a!, b!)).toThrow(/keep must be a scalar/);
  expect(() => accumulate(scaleBy(a!, a!, 0), a!, keep)).toThrow(/must be a variable/);
});

function parameter(name: string, size: number): Variable {
  return namedVariable(name, { shape: [size], role: "parameter", init: () => randomValues(size, size) });
}
