import { backward, cast, compile, fill, Graph, type Tensor } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { createRandom } from "@kindling/pose";
import { afterAll, expect, test } from "vitest";
import { taughtMask } from "../teacherOutputs.ts";
import type { LossContext, TeacherPrediction } from "./lossContext.ts";
import { lossOf } from "./lossOf.ts";
import type { LossTerm } from "./lossTerm.ts";

const device = await openDevice();
afterAll(() => device[Symbol.dispose]());

const [n, h, w, k] = [2, 3, 5, 3];
const cells = h * w;
const bins = 7;
const random = createRandom(11);
const values = {
  ...Object.fromEntries(["student", "a", "b", "c"].map((name) => [name, Float32Array.from({ length: n * cells * k }, random)])),
  ...Object.fromEntries(["studentX", "aX", "bX", "cX"].map((name) => [name, Float32Array.from({ length: n * k * bins }, random)])),
  mask: Float32Array.of(1, 0.5, 1, 0, 1.2, 1),
} as Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** a knows all joints, b not the second, c the first alone; the third weighs 2 : 1 between a and b. */
const teachers = [
  { name: "a", weight: 2, joints: null },
  { name: "b", weight: 1, joints: [0, null, 1] },
  { name: "c", weight: 3, joints: [0, null, null] },
] as const;
const shareOf = (name: string, joint: number): number => {
  const knows = teachers.filter(({ joints }) => joints === null || joints[joint] !== null);
  const sum = knows.reduce((total, { weight }) => total + weight, 0);
  return (knows.find((teacher) => teacher.name === name)?.weight ?? 0) / sum;
};

/** Of two teachers that do not know the second joint. */
const some = ["b", "c"];

const base = { normalization: "joint", joints: "all" } as const;
const mean = [
  { name: "mse", weight: 1, kind: "mse", against: "teacher", ...base },
  { name: "soft", weight: 1, kind: "spatialKl", temperature: 2, logitScale: 9, ...base },
  { name: "trusted", weight: 1, kind: "spatialKl", temperature: 1, logitScale: 9, confidence: "peak", ...base },
  { name: "labelled", weight: 1, kind: "jointsKl", detachTeacher: true, ...base, joints: "labelled" },
  { name: "simcc", weight: 1, kind: "simccKl", against: "teacher", beta: 6, labelSoftmax: true, ...base },
] as const satisfies readonly LossTerm[];
const named = [
  { name: "onlyC", weight: 1, kind: "mse", against: "teacher", teacher: "teacher.c", ...base },
  { name: "coupleA", weight: 1, kind: "jointsKl", couples: [["student.heatmaps", "teacher.a"]], detachTeacher: true, ...base },
  { name: "simccB", weight: 1, kind: "simccKl", against: "teacher", teacher: "teacher.b", beta: 6, labelSoftmax: true, ...base },
] as const satisfies readonly LossTerm[];

test("terms learn from the mean of their teachers, of the distributions where they compare such, in float64 and by the joints that each knows", async () => {
  const found = await record(
    teachers.map(({ name }) => name),
    [...mean, ...named],
  );
  const at = (sample: number, cell: number, joint: number): number => (sample * cells + cell) * k + joint;
  const mapOf = (name: string, sample: number, joint: number): number[] =>
    Array.from({ length: cells }, (_, cell) => values[name]![at(sample, cell, joint)]!);
  const vectorOf = (name: string, sample: number, joint: number): number[] => [
    ...values[`${name}X`]!.slice((sample * k + joint) * bins, (sample * k + joint + 1) * bins),
  ];
  const meanOf = (joint: number, of: (name: string) => readonly number[]): number[] =>
    teachers.map(({ name }) => of(name).map((value) => shareOf(name, joint) * value)).reduce((x, y) => x.map((value, i) => value + y[i]!));
  const each = (of: (sample: number, joint: number) => number): number =>
    Array.from({ length: n * k }, (_, i) => of(Math.floor(i / k), i % k)).reduce((sum, value) => sum + value, 0);
  const kl = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, value, i) => sum + value * Math.log(value / q[i]!), 0);
  const soft = (scale: number, sample: number, joint: number): number =>
    kl(
      meanOf(joint, (name) => softmax(mapOf(name, sample, joint), scale)),
      softmax(mapOf("student", sample, joint), scale),
    );
  const squares = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0);
  const ofVectors = (p: (sample: number, joint: number) => number[], joints: readonly number[]): number =>
    each((i, j) => (joints.includes(j) ? kl(p(i, j), softmax(vectorOf("student", i, j), 6)) : 0)) / (n * k);

  const expected: Readonly<Record<string, number>> = {
    mse:
      each((i, j) =>
        squares(
          mapOf("student", i, j),
          meanOf(j, (name) => mapOf(name, i, j)),
        ),
      ) /
      (n * k * cells),
    soft: (4 * each((i, j) => soft(9 / 2, i, j))) / (n * k),
    trusted: each((i, j) => soft(9, i, j) * Math.max(...meanOf(j, (name) => mapOf(name, i, j)))) / (n * k),
    labelled: each((i, j) => soft(values.mask![i * k + j]!, i, j)) / (n * k),
    simcc: ofVectors((i, j) => meanOf(j, (name) => softmax(vectorOf(name, i, j), 6)), [0, 1, 2]),
    onlyC: each((i, j) => (j === 0 ? squares(mapOf("student", i, j), mapOf("c", i, j)) : 0)) / (n * k * cells),
    coupleA: each((i, j) => kl(softmax(mapOf("a", i, j), 1), softmax(mapOf("student", i, j), 1))) / (n * k),
    simccB: ofVectors((i, j) => softmax(vectorOf("b", i, j), 6), [0, 2]),
  };
  for (const [name, loss] of Object.entries(expected)) expect(found.losses[name]! / loss, name).toBeCloseTo(1, 4);

  // ∂/∂ŷ of the soft term is T²·(a/T)·(q − p̄) / (n·k).
  for (let i = 0; i < n * cells * k; i++) {
    const [sample, cell, joint] = [Math.floor(i / (cells * k)), Math.floor(i / k) % cells, i % k];
    const q = softmax(mapOf("student", sample, joint), 9 / 2)[cell]!;
    const p = meanOf(joint, (name) => softmax(mapOf(name, sample, joint), 9 / 2))[cell]!;
    expect(found.gradient[i]).toBeCloseTo((18 * (q - p)) / (n * k), 6);
  }
});

test("a joint that no teacher of a term knows is not taught, whatever they say of it", async () => {
  const { gradient, losses } = await record(some, [{ ...mean[1], name: "soft" }]);
  expect(losses.soft).toBeGreaterThan(0);
  for (const [i, value] of gradient.entries()) {
    if (i % k === 1) expect(Math.abs(value)).toBe(0);
    else expect(value).not.toBe(0);
  }
});

test.skipIf(!device.capabilities.f16)(
  "what a teacher says in f16 joins what another says in f32, and cells far below f16's least number still count (the adapter has no f16)",
  async () => {
    const steep = [
      { ...mean[0], name: "mse" },
      { ...mean[1], name: "soft", logitScale: 60 },
      { ...mean[4], name: "simcc", beta: 30 },
    ] as const;
    const names = ["a", "b"];
    const exact = await record(names, steep);
    for (const inF16 of [["a"], ["b"], names]) {
      const { losses, gradient } = await record(names, steep, inF16);
      for (const { name } of steep) expect(Math.abs(losses[name]! / exact.losses[name]! - 1), `${inF16}: ${name}`).toBeLessThan(0.01);
      for (const [i, value] of gradient.entries()) expect(Math.abs(value - exact.gradient[i]!)).toBeLessThan(0.1);
    }
  },
);

function softmax(values: readonly number[], scale: number): number[] {
  const exponentials = values.map((value) => Math.exp(scale * value));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

interface Recorded {
  readonly losses: Readonly<Record<string, number>>;
  /** Of the term "soft" by the student's heatmaps. */
  readonly gradient: Float32Array;
}

/** Terms of some of the teachers, some of which say it in f16. */
async function record(names: readonly string[], terms: readonly LossTerm[], inF16: readonly string[] = []): Promise<Recorded> {
  const graph = new Graph();
  const input = (name: string, shape: readonly number[]): Tensor => graph.input(name, shape, "f32");
  const heatmaps = (name: string): Tensor => graph.inputs.get(name) ?? input(name, [n, h, w, k]);
  const vectors = (name: string): Tensor => graph.inputs.get(`${name}X`) ?? input(`${name}X`, [n, k, bins]);
  const contextOf = (isSimcc: boolean): LossContext => ({
    student: [isSimcc ? vectors("student") : heatmaps("student")],
    teachers: teachers
      .filter(({ name }) => names.includes(name))
      .map(({ name, weight, joints }): TeacherPrediction => {
        const taught = joints ? taughtMask(graph, n, joints.map((joint) => joint !== null)) : null; // biome-ignore format: one line
        return {
          path: `teacher.${name}`,
          weight,
          outputs: [cast(isSimcc ? vectors(name) : heatmaps(name), inF16.includes(name) ? "f16" : "f32")],
          joints,
          ...(taught ? { taught } : {}),
        };
      }),
    targets: { mask: graph.inputs.get("mask") ?? input("mask", [n, k]) },
    everyJoint: () => fill(graph, [n, k], 1),
    tap: () => heatmaps("student"), // the only tensor that a term names
    adapters: new Map(),
  });
  const losses = Object.fromEntries(terms.map((term) => [term.name, lossOf(term, contextOf(term.kind === "simccKl"))]));
  const [gradient] = backward(losses.soft!, [heatmaps("student")]);
  using program = await compile(graph, device, { store: null, outputs: { ...losses, gradient: gradient! } });
  for (const name of graph.inputs.keys()) program.write(name, values[name]!);
  program.run();
  const read = await Promise.all(terms.map(async ({ name }) => [name, (await program.read(name))[0]!] as const));
  return { losses: Object.fromEntries(read), gradient: await program.read("gradient") };
}
