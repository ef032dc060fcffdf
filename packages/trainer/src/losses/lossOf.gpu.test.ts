import { backward, compile, fill, Graph, type Tensor } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import type { LossContext } from "./lossContext.ts";
import { lossOf } from "./lossOf.ts";
import { studentOperands } from "./lossOperands.ts";
import { lossShare } from "./lossShare.ts";
import type { LossTerm } from "./lossTerm.ts";
import { validationTerm } from "./validationTerm.ts";

const device = await openDevice();
const [n, h, w, k, bins] = [3, 4, 5, 2, 7];
const pixels = h * w;

/** Values of a step: heatmaps [n,h,w,k], SimCC's vectors [n,k,bins], features [n,2,2,5], and weights of joints, one 0. */
const values = {
  student: randomValues(1, n * pixels * k, 0, 1),
  exit: randomValues(2, n * pixels * k, 0, 1),
  teacher: randomValues(3, n * pixels * k, 0, 1),
  target: randomValues(4, n * pixels * k, 0, 1),
  x: randomValues(5, n * k * bins),
  y: randomValues(6, n * k * bins),
  teacherX: randomValues(7, n * k * bins),
  teacherY: randomValues(8, n * k * bins),
  targetX: randomValues(9, n * k * bins, 0, 1),
  targetY: randomValues(10, n * k * bins, 0, 1),
  feature: randomValues(11, n * 4 * 5),
  teacherFeature: randomValues(12, n * 4 * 5),
  mask: Float32Array.of(1, 0, 0.5, 1, 1, 0.25),
};
type Name = keyof typeof values;
const shapeOf = (name: Name): readonly number[] =>
  name === "mask" ? [n, k] : /[xX]$|[yY]$/.test(name) ? [n, k, bins] : /eature/.test(name) ? [n, 2, 2, 5] : [n, h, w, k];
const visible = values.mask.reduce((sum, weight) => sum + weight, 0);

/** One number a map, from its values in `names`, in the order [n,k]. */
function perMap(names: readonly Name[], f: (...maps: readonly number[][]) => number): readonly number[] {
  return Array.from({ length: n * k }, (_, map) => {
    const [sample, joint] = [Math.floor(map / k), map % k];
    const ofMap = (name: Name): number[] =>
      shapeOf(name).length === 3
        ? [...values[name].slice(map * bins, (map + 1) * bins)]
        : Array.from({ length: pixels }, (_, cell) => values[name][(sample * pixels + cell) * k + joint]!);
    return f(...names.map(ofMap));
  });
}
const total = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0);
const masked = (of: readonly number[]): number => total(of.map((value, i) => value * values.mask[i]!));
const squares = (a: readonly number[], b: readonly number[]): number => total(a.map((value, i) => (value - b[i]!) ** 2));
function softmax(values: readonly number[], scale: number): readonly number[] {
  const powers = values.map((value) => Math.exp(scale * value));
  return powers.map((power) => power / total(powers));
}
/** KL(softmax(scale · target) ‖ softmax(scale · prediction)) */
const klAt =
  (scale: number) =>
  (prediction: readonly number[], target: readonly number[]): number => {
    const [p, q] = [softmax(target, scale), softmax(prediction, scale)];
    return total(p.map((value, i) => value * Math.log(value / q[i]!)));
  };
const ofLabels = perMap(["student", "target"], squares);
const ofTeacher = perMap(["student", "teacher"], squares);
const peaks = perMap(["teacher"], (map) => Math.max(...map!));
const place = (map: readonly number[]): readonly [number, number] => [
  Math.floor(map.indexOf(Math.max(...map)) / w),
  map.indexOf(Math.max(...map)) % w,
];
const near = perMap(["teacher", "target"], (a, b) => {
  const [[y0, x0], [y1, x1]] = [place(a!), place(b!)];
  return Math.hypot(y0 - y1, x0 - x1) <= 2 ? 1 : 0;
}).map((agrees, i) => (values.mask[i] === 0 ? 1 : agrees));
const vectors = (scale: number, x: Name, y: Name): readonly number[] =>
  [perMap(["x", x], klAt(scale)), perMap(["y", y], klAt(scale))].reduce((a, b) => a.map((value, i) => value + b[i]!));
const hardest = Array.from({ length: n }, (_, sample) =>
  Math.max(...[0, 1].map((joint) => (ofLabels[sample * k + joint]! * values.mask[sample * k + joint]! ** 2) / 2 / pixels)),
);

const base = { name: "term", weight: 1, normalization: "joint", joints: "all" } as const;
const paper = { normalization: "paper" } as const;
const labels = { against: "groundTruth" } as const;
const ofTeacherTerm = { against: "teacher" } as const;
const labelled = { joints: "labelled" } as const;
const inner = { name: "term", weight: 1, student: "student.f", teacher: "teacher.f" } as const;

const taps = {
  "student.heatmaps.1": "exit",
  "student.heatmaps.2": "student",
  "teacher.heatmaps": "teacher",
  "student.f": "feature",
  "teacher.f": "teacherFeature",
} as const;

const formulas: readonly (readonly [LossTerm, number])[] = [
  [{ ...base, kind: "mse", ...labels }, masked(ofLabels) / (visible * pixels)],
  [{ ...base, kind: "mse", ...labels, ...paper }, masked(ofLabels) / (n * k * pixels)],
  [{ ...base, kind: "mse", ...ofTeacherTerm }, total(ofTeacher) / (n * k * pixels)],
  [{ ...base, kind: "mse", ...ofTeacherTerm, ...labelled }, masked(ofTeacher) / (visible * pixels)],
  [{ ...base, kind: "mse", ...ofTeacherTerm, ...labelled, ...paper }, masked(ofTeacher) / (n * k * pixels)],
  [
    { ...base, kind: "mse", ...ofTeacherTerm, confidence: "peak" },
    total(ofTeacher.map((value, i) => value * peaks[i]!)) / (n * k * pixels),
  ],
  [
    { ...base, kind: "mse", ...ofTeacherTerm, ...labelled, confidence: { radius: 2 } },
    masked(ofTeacher.map((value, i) => value * peaks[i]! * near[i]!)) / (n * k * pixels),
  ],
  [{ ...base, kind: "mse", ...labels, student: "student.heatmaps.1" }, masked(perMap(["exit", "target"], squares)) / (visible * pixels)],
  [
    { ...base, kind: "mse", ...ofTeacherTerm, student: "student.heatmaps.1", teacher: "student.heatmaps.2" },
    total(perMap(["exit", "student"], squares)) / (n * k * pixels),
  ],
  [{ ...base, kind: "jointsMse", ...labels }, total(ofLabels.map((value, i) => (value * values.mask[i]! ** 2) / 2)) / (visible * pixels)],
  [
    { ...base, kind: "jointsMse", ...labels, ...paper },
    total(ofLabels.map((value, i) => (value * values.mask[i]! ** 2) / 2)) / (n * k * pixels),
  ],
  [{ ...base, kind: "jointsMse", ...ofTeacherTerm }, total(ofTeacher) / 2 / (n * k * pixels)],
  // All differences are below β = 1.
  [
    { ...base, kind: "smoothL1", beta: 1, ...labels },
    total(ofLabels.map((value, i) => (value * values.mask[i]! ** 2) / 2)) / (visible * pixels),
  ],
  [{ ...base, kind: "ohkm", topk: 1, ...labels }, total(hardest) / n],
  [{ ...base, kind: "spatialKl", temperature: 2, logitScale: 6 }, (4 * total(perMap(["student", "teacher"], klAt(3)))) / (n * k)],
  [{ ...base, kind: "spatialKl", temperature: 2, logitScale: 6, ...paper }, (4 * total(perMap(["student", "teacher"], klAt(3)))) / n],
  [
    { ...base, kind: "spatialKl", temperature: 2, logitScale: 6, ...labelled },
    (4 * masked(perMap(["student", "teacher"], klAt(3)))) / visible,
  ],
  [
    { ...base, kind: "spatialKl", temperature: 1, logitScale: 3, confidence: "peak" },
    total(perMap(["student", "teacher"], klAt(3)).map((value, i) => value * peaks[i]!)) / (n * k),
  ],
  [{ ...base, kind: "jointsKl", detachTeacher: true }, total(perMap(["student", "teacher"], klAt(1))) / (n * k)],
  [{ ...base, kind: "jointsKl", detachTeacher: true, ...paper }, total(perMap(["student", "teacher"], klAt(1))) / (n * pixels)],
  [
    {
      ...base,
      kind: "jointsKl",
      detachTeacher: false,
      couples: [
        ["student.heatmaps.1", "student.heatmaps.2"],
        ["student.heatmaps.1", "teacher.heatmaps"],
      ],
    },
    (total(perMap(["exit", "student"], klAt(1))) + total(perMap(["exit", "teacher"], klAt(1)))) / (n * k),
  ],
  [{ ...base, kind: "simccKl", ...labels, beta: 10, labelSoftmax: true }, masked(vectors(10, "targetX", "targetY")) / visible],
  [{ ...base, kind: "simccKl", ...labels, beta: 10, labelSoftmax: true, ...paper }, masked(vectors(10, "targetX", "targetY")) / (k * bins)],
  [{ ...base, kind: "simccKl", ...ofTeacherTerm, beta: 10, labelSoftmax: false }, total(vectors(10, "teacherX", "teacherY")) / (n * k)],
  [
    { ...base, kind: "simccKl", ...ofTeacherTerm, beta: 10, labelSoftmax: true, ...labelled },
    masked(vectors(10, "teacherX", "teacherY")) / visible,
  ],
  [{ ...inner, kind: "feature", adapter: "none", distance: "mse" }, squares([...values.feature], [...values.teacherFeature]) / (n * 20)],
  [{ ...inner, kind: "feature", adapter: "none", distance: "sumSquares" }, squares([...values.feature], [...values.teacherFeature]) / n],
];

test.each(formulas)("%j is what its formula says, and teaches the student alone", async (term, expected) => {
  expect(Math.abs((await lossOfSamples(term, 0, n)) / expected - 1)).toBeLessThan(2e-5);
});

test.each(formulas)("%j of the whole batch is that of its samples, each by its share", async (term) => {
  const whole = batchOf(0, n);
  let sum = 0;
  for (let sample = 0; sample < n; sample++) {
    sum += lossShare(term, batchOf(sample, sample + 1), whole) * (await lossOfSamples(term, sample, sample + 1));
  }
  expect(Math.abs(sum / (await lossOfSamples(term, 0, n)) - 1)).toBeLessThan(2e-5);
});

test("a term that compares samples with each other has no share", () => {
  const whole = batchOf(0, n);
  for (const kind of ["relationalDistance", "relationalAngle"] as const) {
    expect(() => lossShare({ ...inner, kind }, whole, whole)).toThrow("compares the samples of a batch with each other");
  }
});

test("validation measures labelled joints, whatever training divides by, and no teacher", () => {
  const outputs = [{ name: "heatmaps.1", kind: "heatmaps", shape: [4, 5, 2] }] as const;
  expect(validationTerm({ ...base, kind: "mse", ...labels, ...paper }, outputs)).toEqual({ ...base, kind: "mse", ...labels });
  expect(validationTerm({ ...base, kind: "ohkm", topk: 1, ...labels, ...paper }, outputs)).toEqual({
    ...base,
    kind: "jointsMse",
    ...labels,
  });
  expect(validationTerm({ ...base, kind: "mse", ...ofTeacherTerm }, outputs)).toBeNull();
  expect(validationTerm({ ...base, kind: "mse", ...labels, student: "student.heatmaps.1" }, outputs)).not.toBeNull();
  expect(validationTerm({ ...base, kind: "mse", ...labels, student: "student.heatmaps.2" }, outputs)).toBeNull();
  expect(validationTerm({ ...inner, kind: "attentionTransfer" }, outputs)).toBeNull();
});

/** What shares are counted from, of samples `from` … `to` − 1. */
function batchOf(from: number, to: number): Parameters<typeof lossShare>[1] {
  return { targets: { mask: Float32Array.from(values.mask.slice(from * k, to * k)) }, indices: new Uint32Array(to - from) };
}

/** A term over samples `from` … `to` − 1. */
async function lossOfSamples(term: LossTerm, from: number, to: number): Promise<number> {
  const graph = new Graph();
  const samples = to - from;
  const names = Object.keys(values) as Name[]; // the keys are the names
  const tensors = Object.fromEntries(names.map((name) => [name, graph.input(name, [samples, ...shapeOf(name).slice(1)], "f32")])) as Record<
    Name,
    Tensor
  >;
  const isSimcc = term.kind === "simccKl";
  const context: LossContext = {
    student: isSimcc ? [tensors.x, tensors.y] : [tensors.student],
    teachers: [{ path: "teacher", weight: 1, outputs: isSimcc ? [tensors.teacherX, tensors.teacherY] : [tensors.teacher], joints: null }],
    targets: { target: tensors.target, targetX: tensors.targetX, targetY: tensors.targetY, mask: tensors.mask },
    everyJoint: () => fill(graph, [samples, k], 1),
    tap: (path) => tensors[taps[path as keyof typeof taps]], // those of the terms above
    adapters: new Map(),
  };
  const loss = lossOf(term, context);
  const operands = studentOperands(term, context);
  expect(backward(loss, operands).every((gradient) => gradient !== null)).toBe(true);
  for (const teacher of ["teacher", "teacherX", "teacherFeature"] as const) {
    expect(operands).not.toContain(tensors[teacher]);
  }
  using program = await compile(graph, device, { store: null, outputs: { loss } });
  for (const name of names) {
    const perSample = values[name].length / n;
    program.write(name, Float32Array.from(values[name].slice(from * perSample, to * perSample)));
  }
  program.run();
  return (await program.read("loss"))[0]!;
}
