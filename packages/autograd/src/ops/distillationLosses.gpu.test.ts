import { openDevice, type Shape, ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { backward } from "../backward.ts";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { attentionTransfer } from "./attentionTransfer.ts";
import { channelWiseKl } from "./channelWiseKl.ts";
import { featureDistance } from "./featureDistance.ts";
import { relationalAngle } from "./relationalAngle.ts";
import { relationalDistance } from "./relationalDistance.ts";
import { simccDistillation } from "./simccDistillation.ts";
import { simccKl } from "./simccKl.ts";

const device = await openDevice();

interface Operand {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** The loss of a student and a teacher, and the student's gradient. */
async function evaluate(build: (student: Tensor, teacher: Tensor) => Tensor, student: Operand, teacher: Operand) {
  const graph = new Graph();
  const inputs = { student: graph.input("student", student.shape, "f32"), teacher: graph.input("teacher", teacher.shape, "f32") };
  const loss = build(inputs.student, inputs.teacher);
  const [gradient] = backward(loss, [inputs.student]);
  using program = await compile(graph, device, { store: null, outputs: { loss, gradient: gradient! } });
  program.write("student", Float32Array.from(student.data));
  program.write("teacher", Float32Array.from(teacher.data));
  program.run();
  return { loss: (await program.read("loss"))[0]!, gradient: [...(await program.read("gradient"))] };
}

// softmax(0, ln 3) = (1/4, 3/4), and KL((1/2, 1/2) ‖ (1/4, 3/4)) = ln(4/3) / 2.
const { log } = Math;
/** A right triangle with sides 3, 4 and 5. */
const right: Operand = { shape: [3, 2], data: [0, 0, 3, 0, 0, 4] };
const equilateral: Operand = { shape: [3, 3], data: [1, 0, 0, 0, 1, 0, 0, 0, 1] };

test.each([
  {
    name: "simccKl of a label that is one-hot: −ln q, joints of weight 0 count",
    build: (x: Tensor, t: Tensor) => simccKl(x, t, null),
    student: { shape: [1, 2, 2], data: [0, log(3), 5, 5] },
    teacher: { shape: [1, 2, 2], data: [0, 1, 0, 0] },
    expected: log(4 / 3) / 2,
  },
  {
    name: "simccKl as mmpose: the mean over bins, summed over the batch, by joints",
    build: (x: Tensor, t: Tensor) => simccKl(x, t, null, { normalization: "jointsAndBins" }),
    student: { shape: [2, 1, 2], data: [0, log(3), log(3), 0] },
    teacher: { shape: [2, 1, 2], data: [0, 1, 1, 0] },
    expected: log(4 / 3),
  },
  {
    name: "simccDistillation at β 10",
    build: (x: Tensor, t: Tensor) => simccDistillation(x, t, { beta: 10 }),
    student: { shape: [1, 1, 2], data: [0, log(3) / 10] },
    teacher: { shape: [1, 1, 2], data: [0.5, 0.5] },
    expected: log(4 / 3) / 2,
  },
  {
    name: "channelWiseKl at temperature 2, the second channel equal",
    build: (x: Tensor, t: Tensor) => channelWiseKl(x, t, { temperature: 2 }),
    student: { shape: [1, 1, 2, 2], data: [0, 1, 2 * log(3), 5] },
    teacher: { shape: [1, 1, 2, 2], data: [4, 1, 4, 5] },
    expected: (4 * (log(4 / 3) / 2)) / 2,
  },
  {
    name: "featureDistance: the sum of squares by the batch",
    build: (x: Tensor, t: Tensor) => featureDistance(x, t),
    student: { shape: [2, 2], data: [1, 2, 3, 4] },
    teacher: { shape: [2, 2], data: [0, 0, 0, 0] },
    expected: 15,
  },
  {
    name: "relationalDistance of a right triangle, 3/4, 1 and 5/4 of the mean, and an equilateral one",
    build: relationalDistance,
    student: right,
    teacher: equilateral,
    expected: (4 * 0.25 ** 2) / 2 / 9,
  },
  {
    name: "relationalAngle of a right triangle, cosines 0, 3/5 and 4/5, and an equilateral one",
    build: relationalAngle,
    student: right,
    teacher: equilateral,
    expected: (2 * (0.5 ** 2 + 0.1 ** 2 + 0.3 ** 2)) / 2 / 27,
  },
  {
    name: "attentionTransfer of the maps (3, 4) / 5 and (4, 3) / 5",
    build: attentionTransfer,
    student: { shape: [1, 1, 2, 1], data: [Math.sqrt(3), -2] },
    teacher: { shape: [1, 1, 2, 2], data: [2, -2, Math.sqrt(6), 0] },
    expected: 0.2 ** 2,
  },
])("by hand: $name", async ({ build, student, teacher, expected }) => {
  const { loss } = await evaluate(build, student, teacher);
  expect(Math.abs(loss / expected - 1)).toBeLessThan(2e-6);
});

test("equal student and teacher have no loss and no gradient", async () => {
  const data = Array.from({ length: 24 }, (_, i) => Math.sin(3 * i));
  for (const [build, shape] of [
    [(x: Tensor, t: Tensor) => simccDistillation(x, t, { beta: 10 }), [2, 3, 4]],
    [(x: Tensor, t: Tensor) => channelWiseKl(x, t, { temperature: 4 }), [2, 2, 2, 3]],
    [(x: Tensor, t: Tensor) => featureDistance(x, t), [2, 12]],
    [relationalDistance, [6, 4]],
    [relationalAngle, [6, 4]],
    [attentionTransfer, [2, 2, 2, 3]],
  ] as const) {
    const { loss, gradient } = await evaluate(build, { shape, data }, { shape, data });
    expect(loss).toBe(0);
    expect(gradient.every((value) => Math.abs(value) === 0)).toBe(true);
  }
});

test.each([
  ["distances", relationalDistance],
  ["angles", relationalAngle],
] as const)("samples that coincide get the same finite gradient from the others' %s, and none from each other", async (_, build) => {
  const student = { shape: [4, 2], data: [0.5, 0.25, 0.5, 0.25, 3, 0, 0, 4] };
  const teacher = { shape: [4, 2], data: [0, 0, 1, 3, 2, -1, 5, 1] };
  const { gradient } = await evaluate(build, student, teacher);
  expect(gradient.every((value) => Math.abs(value) < 1)).toBe(true);
  expect(Math.abs(gradient[2]! + gradient[3]!)).toBeGreaterThan(0);
  // Only differences count, so that all pulls cancel.
  for (const axis of [0, 1]) expect([0, 2, 4, 6].reduce((sum, at) => sum + gradient[at + axis]!, 0)).toBeCloseTo(0, 6);
});

test("a student without features has an attention of 0 and no gradient", async () => {
  const { loss, gradient } = await evaluate(
    attentionTransfer,
    { shape: [1, 1, 2, 1], data: [0, 0] },
    { shape: [1, 1, 2, 1], data: [Math.sqrt(3), 2] },
  );
  expect(loss).toBeCloseTo((0.6 ** 2 + 0.8 ** 2) / 2, 6);
  expect(gradient.map(Math.abs)).toEqual([0, 0]);
});

test("the teacher, labels and weights get no gradient", () => {
  const graph = new Graph();
  const input = (name: string, ...shape: readonly number[]) => graph.input(name, shape, "f32");
  const [x, y, weight] = [input("x", 2, 3, 8), input("y", 2, 3, 8), input("weight", 2, 3)];
  const [a, b] = [input("a", 3, 2, 2, 4), input("b", 3, 2, 2, 4)];
  const [e, f] = [input("e", 3, 4), input("f", 3, 4)];
  expect(backward(simccKl(x, y, weight), [y, weight])).toEqual([null, null]);
  for (const loss of [attentionTransfer(a, b), featureDistance(a, b), channelWiseKl(a, b, { temperature: 1 })]) {
    expect(backward(loss, [b])).toEqual([null]);
  }
  for (const loss of [relationalDistance(e, f), relationalAngle(e, f)]) expect(backward(loss, [f])).toEqual([null]);
});

test("operands that do not fit and constants that make no sense are refused", () => {
  const graph = new Graph();
  const input = (...shape: readonly number[]) => graph.input(`[${shape}]`, shape, "f32");
  const [vectors, others, weight, map] = [input(2, 3, 8), input(2, 3, 7), input(3, 2), input(2, 4, 4, 3)];
  const [one, pair, three, wider] = [input(1, 4), input(2, 4), input(3, 4), input(2, 4, 5, 3)];
  for (const loss of [
    () => simccKl(vectors, others, null),
    () => simccKl(vectors, vectors, weight),
    () => simccKl(map, map, null),
    () => simccDistillation(pair, pair, { beta: 1 }),
    () => featureDistance(map, wider),
    () => channelWiseKl(vectors, vectors, { temperature: 1 }),
    () => relationalDistance(one, one),
    () => relationalDistance(three, pair),
    () => relationalDistance(map, map),
    () => relationalAngle(pair, pair),
    () => attentionTransfer(map, wider),
    () => attentionTransfer(pair, pair),
  ]) {
    expect(loss).toThrow(ShapeError);
  }
  for (const loss of [
    () => simccKl(vectors, vectors, null, { beta: 0 }),
    () => simccKl(vectors, vectors, null, { labelBeta: Number.NaN }),
    () => simccDistillation(vectors, vectors, { beta: -1 }),
    () => channelWiseKl(map, map, { temperature: 0 }),
  ]) {
    expect(loss).toThrow(RangeError);
  }
});
