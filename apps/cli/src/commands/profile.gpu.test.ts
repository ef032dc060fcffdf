import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { KernelRow } from "../profile/kernelTable.ts";
import type { ProfiledLayer } from "../profile/layerTable.ts";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const folder = mkdtempSync(path.join(tmpdir(), "kindling-profile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface ProfileJson {
  readonly parameters: number;
  readonly macs: number;
  readonly computedMacs: number;
  readonly peakBytes: number;
  readonly memory: Readonly<Record<string, number>>;
  readonly training?: { readonly peakBytes: number; readonly memory: Readonly<Record<string, number>> };
  readonly layers: readonly ProfiledLayer[];
  readonly kernels: readonly KernelRow[];
  readonly ceilings?: { readonly gflops: number; readonly gigabytesPerSecond: number };
}

test.each([
  ["squeezenet-hpe", "384x288", 800_849, 1_137_110_720],
  ["hrnet-w32", "256x192", 28_536_113, 7_645_003_776],
  ["hrnet-w48", "384x288", 63_595_745, 35_306_606_592],
] as const)("profile %s input=%s gives the published figures, whose layers add up to them", async (model, input, parameters, macs) => {
  const found = await profiled(model, `input=${input}`);
  expect(found).toMatchObject({ parameters, macs, kernels: [] });
  expect(sum(found.layers, (layer) => layer.macs)).toBe(macs);
  expect(sum(found.layers, (layer) => layer.parameters)).toBe(parameters);
  expect(found.peakBytes).toBe(Object.values(found.memory).reduce((total, bytes) => total + bytes, 0));
  expect(found.peakBytes).toBeGreaterThan(4 * parameters);
});

test("a network has its card's input where none is given, and every option of its own", async () => {
  expect(await profiled("squeezenet-hpe")).toMatchObject({ macs: 1_137_110_720, flops: 2 * 1_137_110_720 });
  expect(await profiled("openpose-lite", "refinements=3")).toMatchObject({ parameters: 7_308_964 });
  expect(await profiled("multi-hrnet-w32", "stages=2")).toMatchObject({ parameters: 937_841 + 32 * 17 + 17 });
  expect(await profiled("rtmpose-x", "joints=26")).toMatchObject({ parameters: 49_998_772 });
  const head = await profiled("squeezenet-hpe", "head=beforeUpsampling", "depth=1");
  expect(head.layers.find(({ name }) => name === "conv_heatmap")).toMatchObject({ macs: 30_629_376 });
});

const meanSquared = `name: training
seed: 1
student: { model: hrnet-w8 }
data:
  train: { data: none.json, images: . }
  validation: { data: none.json, images: . }
  input: [64, 48]
  batchSize: 4
losses: [{ name: gt, kind: mse }]
optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 0 }
schedule: { kind: warmupCosine, warmupEpochs: 1, epochs: 2 }
`;

test("the memory of training a network by name is that of a recipe which does so", async () => {
  const file = path.join(folder, "training.yaml");
  writeFileSync(file, meanSquared);
  const recipe = await profiled(file);
  const { training, layers, ...forward } = await profiled("hrnet-w8", "input=64x48", "batch=4");
  expect(training!.peakBytes).toBe(Object.values(training!.memory).reduce((total, bytes) => total + bytes, 0));
  // A recipe's images come as bytes, and its losses have masks.
  expect(training!.peakBytes / recipe.peakBytes).toBeCloseTo(1, 1);
  expect(training!.memory["activations and their gradients, shared"]! / recipe.memory["gradients, shared"]!).toBeCloseTo(1, 1);
  expect(training!.peakBytes).toBeGreaterThan(2 * forward.peakBytes);
  const kept = sum(layers, ({ keptBytes = 0 }) => keptBytes);
  expect(kept).toBeGreaterThan(0.5 * training!.memory["activations and their gradients, shared"]!);
  expect(kept).toBeLessThan(training!.memory["activations and their gradients, shared"]!);
  writeFileSync(file, meanSquared.replace("hrnet-w8", "multi-hrnet-w8"));
  const [early, late] = [await profiled(file, "stages=1"), await profiled(file)];
  expect(early.parameters).toBeLessThan(0.3 * late.parameters);
});

test("a batch and a depth change the activations and the layers, not the totals", async () => {
  const [one, two] = [await profiled("hrnet-w8", "input=64x48"), await profiled("hrnet-w8", "input=64x48", "batch=2", "depth=1")];
  expect(two).toMatchObject({ parameters: one.parameters, macs: one.macs });
  expect(two.memory["activations, shared"]).toBe(2 * one.memory["activations, shared"]!);
  expect(two.layers.map(({ name }) => name)).toContain("stage4");
  expect(sum(two.layers, (layer) => layer.macs)).toBe(one.macs);
  const { out } = await kindling("profile", "hrnet-w8", "input=64x48");
  expect(out).toContain("MACs an image");
  expect(out.split("\n").length).toBeLessThan(50);
});

test("--run times every kernel of the forward pass, the longest first, and writes a trace", async () => {
  const file = path.join(folder, "model.json");
  const { kernels, ...found } = await profiled("squeezenet-hpe", "input=64x48", "width=0.25", "--run", `trace=${file}`);
  expect(found).toMatchObject({ adapter: expect.any(String), clock: expect.any(String), milliseconds: expect.any(Number) });
  expect(sum(kernels, ({ calls }) => calls)).toBe(1 + 2 + 8 * 3 + 4); // stem with its pooling, poolings, fires, head
  expect(sum(kernels, ({ share }) => share)).toBeCloseTo(1, 6);
  const { gflops, gigabytesPerSecond } = found.ceilings!;
  expect(Math.min(gflops, gigabytesPerSecond)).toBeGreaterThan(0);
  for (const row of kernels) {
    expect(row.ofPeak).toBeCloseTo((100 * row.gflops) / gflops, 9);
    expect(row.ofBandwidth).toBeCloseTo((100 * row.gigabytesPerSecond) / gigabytesPerSecond, 9);
  }
  for (const [i, { microseconds }] of kernels.entries()) if (i > 0) expect(microseconds).toBeLessThanOrEqual(kernels[i - 1]!.microseconds);
  const { traceEvents } = JSON.parse(readFileSync(file, "utf8")) as { traceEvents: readonly TraceEvent[] };
  const named = (tid: number) => traceEvents.filter((event) => event.ph === "X" && event.tid === tid);
  expect(new Set(named(1).map(({ name }) => name))).toEqual(new Set(["write", "submit", "wait", "profiled run"]));
  expect(named(2)).toHaveLength(31);
  const layers = named(2).map(({ args }) => args.layer);
  expect(layers.slice(0, 4)).toEqual(["backbone.0", "backbone.3.squeeze", "backbone.3.expand1x1", "backbone.3.expand3x3"]);
  for (const { ts, dur } of [...named(1), ...named(2)]) expect(Math.min(ts, dur)).toBeGreaterThanOrEqual(0);
});

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());

const stepWords = [tiny.run.recipe, "data.workers=0", "optimizer.kind=adam", "--run"] as const;
const stepTrace = path.join(folder, "recipe.json");
let profiledStep: Promise<ProfileJson> | undefined;
/** A step of the tiny recipe, profiled once, because a software adapter spends most of the time on its shaders. */
function wholeStep(): Promise<ProfileJson> {
  profiledStep ??= profiled(...stepWords, `trace=${stepTrace}`);
  return profiledStep;
}

test("a recipe's training step is profiled: memory of every program, kernels forward, backward and of the update, spans of loading", async () => {
  const costs = await profiled(tiny.run.recipe, "data.workers=0", "batch=2");
  expect(Object.keys(costs.memory)).toEqual(["parameters, gradients and optimiser", "gradients, shared", "update, shared"]);
  expect(costs.kernels).toEqual([]);
  const { kernels, layers, parameters, memory } = await wholeStep();
  expect(parameters).toBe(costs.parameters);
  expect(memory["gradients, shared"]).toBeGreaterThan(costs.memory["gradients, shared"]!); // of four images
  const names = kernels.map(({ kernel }) => kernel);
  for (const kernel of ["unpackImage", "conv2dBias", "conv2dWeightGrad", "conv2dInputGrad", "adaptiveWing", "adam"])
    expect(names).toContain(kernel);
  expect(layers.every(({ name }) => name.startsWith("student"))).toBe(true);
  const { traceEvents } = JSON.parse(readFileSync(stepTrace, "utf8")) as { traceEvents: readonly TraceEvent[] };
  const spans = traceEvents.filter((event) => event.ph === "X" && event.tid === 1).map(({ name }) => name);
  expect(spans.slice(0, 4)).toEqual(["load", "write", "submit", "wait"]);
  const programs = new Set(traceEvents.filter((event) => event.tid === 2 && event.ph === "X").map(({ args }) => args.program));
  expect(programs).toEqual(new Set(["gradients", "update"]));
});

test("a step in parts is profiled whole: kernels of the gradients count once a part, those of the update once, in less memory", async () => {
  const [whole, inParts] = [await wholeStep(), await profiled(...stepWords, "accumulate=4")];
  const calls = ({ kernels }: ProfileJson, name: string): number => sum(kernels, ({ kernel, calls }) => (kernel === name ? calls : 0));
  for (const kernel of ["unpackImage", "conv2dBias", "adaptiveWing"]) expect(calls(inParts, kernel)).toBe(4 * calls(whole, kernel));
  expect([calls(whole, "adam"), calls(inParts, "adam")]).toEqual([1, 1]);
  expect([calls(whole, "accumulate"), calls(inParts, "accumulate")]).toEqual([0, 4 * 3]); // gt, total and one segment
  expect(inParts.memory["gradients, shared"]).toBeLessThan(0.4 * whole.memory["gradients, shared"]!);
  const kept = "parameters, gradients and optimiser";
  expect(inParts.memory[kept]).toBeGreaterThan(whole.memory[kept]!);
  const { out } = await kindling("profile", tiny.run.recipe, "accumulate=2");
  expect(out).toContain("batch 4 in 2 parts of 2");
});

const cachedTeacher = `name: cached
seed: 1
student: { model: squeezenet-hpe, width: 0.25 }
teacher: { model: hrnet-w8, weights: none.safetensors }
data:
  train: { data: none.json, images: . }
  validation: { data: none.json, images: . }
  input: [64, 48]
  batchSize: 2
  cache: true
losses:
  - { name: kd, kind: spatialKl, temperature: 1, logitScale: 10, weight: 1 }
optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 0 }
schedule: { kind: warmupCosine, warmupEpochs: 1, epochs: 2 }
`;

test("neither data nor weights need be there: a random batch is said to be one, and the teacher is profiled beside the student", async () => {
  const file = path.join(folder, "cached.yaml");
  writeFileSync(file, cachedTeacher);
  const { status, out, err } = await kindling("profile", file, "--run", "--json");
  expect(status, err).toBe(0);
  expect(err).toContain("the batch is random and loading is not measured");
  const found = JSON.parse(out) as ProfileJson & { networks: Readonly<Record<string, { parameters: number }>> };
  expect(Object.keys(found.memory)).toContain("teacher, shared");
  expect(found.networks).toMatchObject({ student: { parameters: found.parameters }, teacher: { parameters: expect.any(Number) } });
  expect(found.kernels.map(({ kernel }) => kernel)).toContain("spatialKlGrad");
});

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

test.each([
  [["hrnet-w"], `no model is named "hrnet-w"; the nearest is hrnet-w8`],
  [["squeezenet-hpe", "input=8x8"], "squeezenet-hpe takes no input of 8x8 pixels"],
  [["hrnet-w8", "stages=2"], "hrnet-w8 has no stages to choose; multi-hrnet-w8 has"],
  [["squeezenet-hpe", "trace=t.json"], "trace is written by a run: add --run"],
  [
    ["squeezenet-hpe", "--run", "trace=package.json/t.json"],
    "trace: the folder package.json cannot be made (there is a file in its place)",
  ],
  [["squeezenet-hpe", "batch=0"], "batch must be"],
  [["squeezenet-hpe", "seed=2"], "seed is a recipe's"],
  [["none.yaml"], "cannot read the recipe: there is no such file"],
])("profile %j is one sentence and ends with 2", async (words, sentence) => {
  const { status, out, err } = await kindling("profile", ...words, "--json");
  expect(err).toContain(sentence);
  expect({ status, out }).toEqual({ status: 2, out: "" });
});

async function profiled(...words: readonly string[]): Promise<ProfileJson> {
  const { status, out, err } = await kindling("profile", ...words, "--json");
  expect(status, err).toBe(0);
  return JSON.parse(out) as ProfileJson;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
