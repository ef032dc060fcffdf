import { cast, compile, Graph } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { createModel } from "@kindling/models";
import { coco17, decodeSimcc, lsp14 } from "@kindling/pose";
import { afterAll, expect, test } from "vitest";
import type { Recipe } from "./recipe.ts";
import { asStudents, marginals, taughtJoints } from "./teacherOutputs.ts";
import { teacherWeights } from "./testing/teacherWeights.ts";
import { createTinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { trainedWeights } from "./testing/trainedWeights.node.ts";

const device = await openDevice();
afterAll(() => device[Symbol.dispose]());

/** Gaussians on a grid of [height, width] cells, one a centre (x, y, peak) in cells: [h,w,k]. */
function gaussians(
  [height, width]: readonly [number, number],
  centres: readonly (readonly [number, number, number])[],
  sigma: number,
): Float32Array {
  return Float32Array.from({ length: height * width * centres.length }, (_, at) => {
    const [x, y, peak] = centres[at % centres.length]!;
    const cell = Math.floor(at / centres.length);
    return peak * Math.exp(-(((cell % width) - x) ** 2 + (Math.floor(cell / width) - y) ** 2) / (2 * sigma * sigma));
  });
}

test.each([
  ["udp", 1.5],
  ["msra", 1.5],
  ["unbiased", 2],
] as const)("marginals of %s heatmaps with sigma %d are SimCC vectors whose peaks decode to the key points", async (encoding, sigma) => {
  const [input, cells] = [
    [64, 48],
    [16, 12],
  ] as const;
  const centres = [
    [5, 7, 1],
    [6.25, 9.5, 0.8],
  ] as const;
  const graph = new Graph();
  const heatmaps = graph.input("heatmaps", [1, ...cells, 2], "f32");
  const [x, y] = marginals(heatmaps, { input, splitRatio: 2, encoding, sigma });
  expect([x.shape, y.shape]).toEqual([
    [1, 2, 96],
    [1, 2, 128],
  ]);
  using program = await compile(graph, device, { store: null, outputs: { x, y } });
  program.write("heatmaps", gaussians(cells, centres, sigma) as Float32Array<ArrayBuffer>);
  program.run();
  const [ofX, ofY] = [await program.read("x"), await program.read("y")];
  const toImage = [1, 0, 0, 0, 1, 0] as const;
  const decoded = decodeSimcc(ofX, ofY, { joints: 2, splitRatio: 2, decoding: "argmax", toImage });
  for (const [joint, [cx, cy, peak]] of centres.entries()) {
    const pixels = [cx, cy].map((cell, axis) => (encoding !== "udp" ? 4 * cell : (cell * (axis === 0 ? 47 : 63)) / (axis === 0 ? 11 : 15)));
    // Linear between cells four pixels apart: the peak is at the nearest cell.
    expect(Math.abs(decoded[3 * joint]! - pixels[0]!)).toBeLessThan(2.2);
    expect(Math.abs(decoded[3 * joint + 1]! - pixels[1]!)).toBeLessThan(2.2);
    expect(Math.abs(decoded[3 * joint + 2]! - peak)).toBeLessThan(0.06);
  }
  // The mean of the vector is not bound to cells.
  const meanOf = (values: Float32Array): number =>
    values.reduce((sum, value, bin) => sum + value * bin, 0) / values.reduce((sum, value) => sum + value, 0);
  const cellPixels = encoding !== "udp" ? 4 : 47 / 11;
  expect(Math.abs(meanOf(ofX.subarray(96)) / 2 - 6.25 * cellPixels)).toBeLessThan(0.5);
});

test("a teacher's joints are found by their names, and those that it does not know are zeros", async () => {
  const cards = { teacher: createModel("hrnet-w8", { joints: 17 }).card, student: createModel("hrnet-w8", { joints: 14 }).card };
  const recipe = { student: { joints: 14 }, data: { train: { skeleton: "lsp14" } } } as unknown as Recipe;
  const joints = taughtJoints(recipe, { joints: 17 }, cards)!;
  expect(joints.map((joint) => (joint === null ? null : coco17.joints[joint]))).toEqual(
    lsp14.joints.map((name) => (coco17.joints.includes(name) ? name : null)),
  );
  expect(joints.filter((joint) => joint === null)).toHaveLength(2); // neck and head top
  const graph = new Graph();
  const heatmaps = graph.input("heatmaps", [1, 1, 1, 17], "f32");
  const dtypes = device.capabilities.f16 ? (["f32", "f16"] as const) : (["f32"] as const);
  const outputs = Object.fromEntries(
    dtypes.map((dtype) => [dtype, cast(asStudents([cast(heatmaps, dtype)], { joints })[0]!, "f32")] as const),
  );
  using program = await compile(graph, device, { store: null, outputs });
  program.write(
    "heatmaps",
    Float32Array.from({ length: 17 }, (_, i) => i + 1),
  );
  program.run();
  for (const dtype of dtypes) expect([...(await program.read(dtype))]).toEqual(joints.map((joint) => (joint === null ? 0 : joint + 1)));
});

test("networks with the same joints are not mapped", () => {
  const card = createModel("hrnet-w8", { joints: 17 }).card;
  const recipe = { student: { joints: 17 }, data: { train: {} } } as unknown as Recipe;
  expect(taughtJoints(recipe, { joints: 17 }, { student: card, teacher: card })).toBeNull();
});

test("two teachers, one with other joints: what is kept of them in memory gives the weights of a run that computes it in every step", async () => {
  await using data = await createTinyData();
  const small = "{ model: squeezenet-hpe, width: 0.125, weights: a.pth }";
  const lsp = "{ model: squeezenet-hpe, width: 0.125, joints: 14, skeleton: lsp14, weights: b.pth, weight: 2 }";
  const changes = { teachers: `{ coco: ${small}, lsp: ${lsp} }`, "student.width": "0.125", "data.limit": "4", epochs: "2" }; // a batch, twice
  const recipe = (cache: boolean): Recipe =>
    tinyRecipe(data, { ...changes, "data.cache": String(cache) }, [
      "{ name: kd, kind: spatialKl, temperature: 2, logitScale: 5 }",
      "{ name: maps, kind: mse, against: teacher, joints: labelled }",
      "{ name: lsp, kind: mse, against: teacher, teacher: teacher.lsp }",
    ]);
  const weights = teacherWeights(recipe(false));
  const computed = await trainedWeights(device, recipe(false), weights, null);
  expect([...(await trainedWeights(device, recipe(true), weights, null))]).toEqual([...computed]);
});

test("a teacher of heatmaps and a student of SimCC with other joints: interrupted and resumed, the weights are those of one run", async () => {
  await using data = await createTinyData();
  const changes = {
    student: "{ model: rtmpose-t }",
    teacher: "{ model: squeezenet-hpe, width: 0.125, joints: 14, skeleton: lsp14, weights: somewhere.safetensors }",
    "data.input": "[64, 48]",
    "data.codec": "{ kind: simcc }",
    "data.cache": "true",
    "data.limit": "8",
    epochs: "1",
  };
  const recipe = tinyRecipe(data, changes, ["{ name: gt, kind: simccKl }", "{ name: kd, kind: simccKl, against: teacher }"]);
  const weights = teacherWeights(recipe);
  const [whole, resumed] = [await trainedWeights(device, recipe, weights, null), await trainedWeights(device, recipe, weights, 1)];
  expect([...resumed]).toEqual([...whole]);
});
