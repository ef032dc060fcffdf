import { openDevice, ShapeError } from "@kindling/gpu";
import { balancedWeightsReference, trackNormsReference } from "@kindling/kernels";
import { randomValues, relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable } from "../variable.ts";
import { balancedWeights, balancedWeightsOp } from "./balancedWeights.ts";
import { squaredNorms, squaredNormsOp } from "./squaredNorms.ts";
import { trackNorms, trackNormsOp } from "./trackNorms.ts";

const device = await openDevice();

test("the squared norm of each group of tensors, 0 of none", async () => {
  const graph = new Graph();
  const sizes = [1, 3, 5000, 64, 130];
  const tensors = sizes.map((size, i) => graph.input(`t${i}`, [size], "f32"));
  const groups = [[], [tensors[2]!], [tensors[0]!, tensors[1]!], [], [tensors[3]!, tensors[4]!], []];
  const norms = squaredNorms(graph, groups);
  const none = squaredNorms(graph, [[], []]);
  expect(graph.nodes.map(({ op }) => op)).toContain(squaredNormsOp);
  using program = await compile(graph, device, { store: null, outputs: { norms, none } });
  const values = sizes.map((size, i) => randomValues(i, size));
  for (const [i, data] of values.entries()) program.write(`t${i}`, Float32Array.from(data));
  program.run();
  const squares = values.map((data) => data.reduce((sum, value) => sum + value ** 2, 0));
  const expected = [0, squares[2]!, squares[0]! + squares[1]!, 0, squares[3]! + squares[4]!, 0];
  const found = await program.read("norms");
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-5 * value);
  expect([...(await program.read("none"))]).toEqual([0, 0]);
});

test("with the norms that it tracked, every term pulls in proportion to its weight", async () => {
  const norms = namedVariable("norms", { shape: [3], role: "state", init: () => new Float32Array(3) });
  using store = new ParameterStore(device, { variables: [norms], trainable: () => true });
  store.initialise([norms], Math.random);
  const graph = new Graph();
  const [weights, pulls] = [graph.input("weights", [3], "f32"), graph.input("pulls", [3], "f32")];
  const used = balancedWeights(weights, graph.use(norms));
  trackNorms(graph.use(norms), pulls, weights, { momentum: 0.25 });
  const ops = graph.nodes.map(({ op }) => op);
  expect(ops).toContain(balancedWeightsOp);
  expect(ops).toContain(trackNormsOp);
  using program = await compile(graph, device, { store, outputs: { used } });
  const written = Float32Array.of(0.25, 0.75, 0);
  let exact: Float64Array = new Float64Array(3);
  for (const [step, measured] of [
    [2, 0.5, 1],
    [1, 0, 1],
    [3, 0.25, 1],
  ].entries()) {
    program.write("weights", written);
    program.write("pulls", Float32Array.from(measured));
    program.run();
    const before = balancedWeightsReference(Float64Array.from(written), exact).value;
    expect(relativeError(await program.read("used"), before), `step ${step}`).toBeLessThan(1e-6);
    exact = trackNormsReference(exact, Float64Array.from(measured), Float64Array.from(written), 0.25).value;
    expect(relativeError((await store.read([norms])).get(norms)!, exact), `step ${step}`).toBeLessThan(1e-6);
  }
  const { value } = balancedWeightsReference(Float64Array.from(written), exact);
  expect((value[1]! * exact[1]!) / (value[0]! * exact[0]!)).toBeCloseTo(3, 12);
});

test("operands that are no vectors of one length are refused", () => {
  const graph = new Graph();
  const [three, four, scalar] = [graph.input("three", [3], "f32"), graph.input("four", [4], "f32"), graph.input("scalar", [], "f32")];
  expect(() => balancedWeights(three, four)).toThrow(ShapeError);
  expect(() => balancedWeights(scalar, scalar)).toThrow(ShapeError);
  expect(() => trackNorms(three, three, three, { momentum: 0.1 })).toThrow(/must be a variable/);
});
