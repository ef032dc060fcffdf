import { openDevice, ShapeError } from "@kindling/gpu";
import { emaReference } from "@kindling/kernels";
import { randomValues, relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { emaUpdate } from "./emaUpdate.ts";
import { scaleBy } from "./scaleBy.ts";

const device = await openDevice();

test("averages of a whole arena begin as a copy of the parameters and then follow them, the parameters staying as they are", async () => {
  const variables = [7, 300].map((size, i) => parameter(`p${i}`, size));
  using store = new ParameterStore(device, { variables, trainable: () => true });
  const graph = new Graph();
  const scalars = graph.input("scalars", [3], "f32");
  const [segment] = store.segments;
  const averages = store.slot("average");
  emaUpdate(graph.use(averages[0]!), graph.use(segment!.parameters), scalars, 2);
  using program = await compile(graph, device, { store, outputs: {} });

  const slices = variables.map(({ name }) => store.persistent.get(`optimizer.average.${name}`)!);
  let exact: Float64Array[] = variables.map(({ shape }) => new Float64Array(shape[0]!));
  for (let t = 1; t <= 6; t++) {
    const values = variables.map(({ shape }, i) => randomValues(10 * t + i, shape[0]!));
    for (const [i, variable] of variables.entries()) store.write(variable, values[i]!);
    const momentum = t === 1 ? 1 : 0.1 / t;
    program.write("scalars", Float32Array.of(5, 6, momentum));
    program.run();
    exact = exact.map((average, i) => emaReference(average, Float64Array.from(values[i]!), Math.fround(momentum)).value);
    const read = await store.read([...slices, ...variables]);
    for (const [i, slice] of slices.entries()) {
      expect(relativeError(read.get(slice)!, exact[i]!)).toBeLessThan(1e-6);
      if (t === 1) expect(read.get(slice)).toEqual(values[i]);
      expect(read.get(variables[i]!)).toEqual(values[i]);
    }
  }
});

test("operands of different shapes, scalars without the element and averages that are no variable are refused", () => {
  const graph = new Graph();
  const [a, b] = [parameter("a", 4), parameter("b", 5)].map((variable) => graph.use(variable));
  const scalars = graph.input("scalars", [2], "f32");
  expect(() => emaUpdate(a!, b!, scalars, 0)).toThrow(ShapeError);
  expect(() => emaUpdate(a!, a!, scalars, 2)).toThrow(/element 2/);
  expect(() => emaUpdate(scaleBy(a!, scalars, 0), a!, scalars, 0)).toThrow(/must be a variable/);
});

function parameter(name: string, size: number): Variable {
  return namedVariable(name, { shape: [size], role: "parameter", init: () => randomValues(size, size) });
}
