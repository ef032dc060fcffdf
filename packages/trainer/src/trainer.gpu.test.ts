import { TapError } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { type StateDict, variablesOf } from "@kindling/models";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createNetworks } from "./networks.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe } from "./recipe.ts";
import type { Snapshot } from "./snapshot.ts";
import { teacherWeights } from "./testing/teacherWeights.ts";
import { createTinyData, createTinyTrainer, groundTruthTerm, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import type { TrainEvent } from "./trainEvent.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

/** The run that most tests compare with: ground truth alone, never stopped. */
const plainRun = (): Promise<Outcome> => (plain ??= train(tinyRecipe(data)));
let plain: Promise<Outcome> | undefined;

test("the same seed gives the same bytes twice, another seed others", async () => {
  const first = await plainRun();
  const again = await train(tinyRecipe(data));
  expect(again.events).toEqual(first.events);
  expect(again.weights).toEqual(first.weights);
  const other = await train(tinyRecipe(data, { seed: "8" }));
  expect(other.weights).not.toEqual(first.weights);
});

test.each([
  ["in the middle of an epoch", "step", 1],
  ["after the last step of an epoch and before its validation", "step", 2],
  ["between two epochs", "validation", 3],
  ["in the middle of the last epoch", "step", 4],
] as const)("a run stopped %s and resumed gives what one that never stopped gives", async (_, kind, step) => {
  const recipe = tinyRecipe(data);
  const whole = await plainRun();
  const stopped = await train(recipe, { stopAt: (event) => event.kind === kind && event.step === step });
  expect(stopped.events.at(-1)?.kind).toBe("interrupted");
  // What a file keeps of it.
  const state = JSON.parse(JSON.stringify(stopped.snapshot.state)) as Snapshot["state"];
  const resumed = await train(recipe, { resume: { ...stopped.snapshot, state } });
  expect([...stopped.events.slice(0, -1), ...resumed.events]).toEqual(whole.events);
  expect(resumed.weights).toEqual(whole.weights);
  expect(resumed.snapshot).toEqual(whole.snapshot);
});

test.each([
  ["{ kind: adam, learningRate: 2e-3, weightDecay: 1e-4 }", ["exp_avg", "exp_avg_sq"]],
  ["{ kind: sgd, learningRate: 0.05, momentum: 0.9, dampening: 0.1, weightDecay: 1e-4, clipNorm: 1 }", ["momentum_buffer"]],
  ["{ kind: sgd, learningRate: 5e-4, momentum: 0.9, nesterov: true, weightDecay: 0 }", ["momentum_buffer"]],
  ["{ kind: sgd, learningRate: 2e-3, weightDecay: 0 }", []],
])("with the optimiser %s losses fall, and a run that was stopped goes on to the same bytes", async (optimizer, slots) => {
  const recipe = tinyRecipe(data, { optimizer });
  const whole = await train(recipe);
  const losses = whole.events.flatMap((event) => (event.kind === "epoch" ? [event.losses.gt!] : []));
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  const saved = new Set([...whole.snapshot.tensors.keys()].flatMap((name) => /^optimizer\.(\w+)\./.exec(name)?.[1] ?? []));
  expect(saved).toEqual(new Set(slots));
  const stopped = await train(recipe, { stopAt: (event) => event.kind === "step" && event.step === 1 });
  const resumed = await train(recipe, { resume: stopped.snapshot });
  expect(resumed.weights).toEqual(whole.weights);
  expect(resumed.snapshot).toEqual(whole.snapshot);
});

test("a snapshot of another recipe or network is refused, and none is given while a step is on its way", async () => {
  const recipe = tinyRecipe(data);
  await using tiny = await createTinyTrainer(device, recipe);
  const snapshot = await tiny.trainer.snapshot();
  await expect(createTinyTrainer(device, tinyRecipe(data, { "optimizer.learningRate": "1" }), {}, snapshot)).rejects.toThrow(
    /belongs to another recipe/,
  );
  const tensors = new Map([...snapshot.tensors].slice(1));
  await expect(createTinyTrainer(device, recipe, {}, { ...snapshot, tensors })).rejects.toThrow(/student\.backbone\.0\.weight/);
  for await (const event of tiny.trainer.run()) {
    expect(event.kind).toBe("step");
    await expect(tiny.trainer.snapshot()).rejects.toThrow(/on their way/);
    break;
  }
});

test("trained with batch norm, the running statistics are part of a snapshot; those of a teacher are not", () => {
  const terms = [groundTruthTerm, "{ name: kd, kind: mse, against: teacher }"];
  const recipe = tinyRecipe(data, { student: "{ model: hrnet-w4 }", teacher: "{ model: hrnet-w4, weights: /teacher }" }, terms);
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  const names = [...networks.store.persistent.keys()];
  expect(names).toContain("student.bn1.running_mean");
  expect(names).toContain("student.bn1.running_var");
  expect(names.filter((name) => name.includes("teacher"))).toEqual([]);
});

test("four persons are learned by heart", async () => {
  const schedule = "{ kind: constant, epochs: 40 }";
  const { events } = await train(
    tinyRecipe(data, { "data.overfit": "4", "data.cache": "true", "data.input": "[64, 48]", schedule, validateEvery: "40" }),
  );
  const losses = events.flatMap((event) => (event.kind === "step" ? [event.losses.gt!] : []));
  const [last] = events.slice(-1);
  expect(losses).toHaveLength(40);
  expect(losses.at(-1)).toBeLessThan(0.4 * losses[0]!);
  expect(last?.kind === "validation" && last.evaluation.pck).toBeGreaterThan(0.5);
});

test("a term with weight 0 changes nothing, and a teacher's cached heatmaps give the losses that the teacher itself gives", async () => {
  const kd = (weight: number): string => `{ name: kd, kind: spatialKl, temperature: 2, logitScale: 5, weight: ${weight} }`;
  const teacher = "{ model: squeezenet-hpe, width: 0.125, weights: /teacher }";
  const alone = await plainRun();
  const without = tinyRecipe(data, { teacher }, [groundTruthTerm, kd(0)]);
  expect((await train(without)).weights).toEqual(alone.weights);

  const recipe = tinyRecipe(data, { teacher }, [groundTruthTerm, kd(1)]);
  const inGraph = await train(recipe);
  expect(inGraph.weights).not.toEqual(alone.weights);
  const cached = await train(tinyRecipe(data, { teacher, "data.cache": "true" }, [groundTruthTerm, kd(1)]));
  expect(cached.reports).toContain("teacher");
  expect(cached.events).toEqual(inGraph.events);
  expect(cached.weights).toEqual(inGraph.weights);
});

const featureTerm = (student: string, teacher: string, adapter = "conv1x1"): string =>
  `{ name: feature, kind: feature, student: ${student}, teacher: ${teacher}, adapter: ${adapter} }`;

test("an inner tensor of HRNet is imitated through an adapter; the teacher stays bit for bit as it was", async () => {
  const terms = [groundTruthTerm, featureTerm("student.backbone.10.out", "teacher.layer1.out")];
  const recipe = tinyRecipe(data, { teacher: "{ model: hrnet-w4, weights: /teacher }" }, terms);
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe));
  const { store, teachers, student, adapters } = tiny.networks;
  const frozen = [...variablesOf(teachers[0]!.model).values()];
  expect(frozen.some(({ role }) => role === "state")).toBe(true);
  const adapter = [...variablesOf(adapters.get("feature")!).values()];
  const [before, adapterBefore] = [await store.read(frozen), await store.read(adapter)];
  const losses: number[] = [];
  for await (const event of tiny.trainer.run()) {
    if (event.kind === "step") losses.push(event.losses.feature!);
    if (event.kind === "epoch") break;
  }
  expect(await store.read(frozen)).toEqual(before);
  expect(await store.read(adapter)).not.toEqual(adapterBefore);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect([...(await tiny.trainer.studentWeights()).keys()]).toEqual([...variablesOf(student).keys()]);
  expect([...tiny.networks.store.persistent.keys()]).toContain("optimizer.exp_avg.adapter.feature.weight");
});

test("a term that names no tensor is told the nearest, and one that compares other channels is told of the adapter", () => {
  const networksOf = (term: string): void => {
    const recipe = tinyRecipe(data, { teacher: "{ model: hrnet-w4, weights: /teacher }" }, [groundTruthTerm, term]);
    createNetworks(device, recipe, teacherWeights(recipe))[Symbol.dispose]();
  };
  expect(() => networksOf(featureTerm("student.backbone.13.out", "teacher.layer1.out"))).toThrow(TapError);
  expect(() => networksOf(featureTerm("student.backbone.13.out", "teacher.layer1.out"))).toThrow(/student\.backbone\.1[012]\.out/);
  expect(() => networksOf(featureTerm("student.backbone.10.out", "teacher.layer2.out"))).toThrow(/teacher\.layer1\.out/);
  const otherChannels = featureTerm("student.backbone.10.out", "teacher.layer1.out", "none");
  expect(() => networksOf(otherChannels)).toThrow(RecipeError);
  expect(() => networksOf(otherChannels)).toThrow(/has 96 channels and teacher\.layer1\.out 256; set adapter: conv1x1/);
});

test.each([1, 2])("a step of a batch in %i parts makes no buffer, bind group, pipeline or shader", async (accumulate) => {
  const changes = { accumulate: String(accumulate), "data.cache": "true", epochs: "4", validateEvery: "4" };
  await using tiny = await createTinyTrainer(device, tinyRecipe(data, changes));
  const made = (
    ["createBuffer", "createBindGroup", "createComputePipelineAsync", "createComputePipeline", "createShaderModule"] as const
  ).map((name) => vi.spyOn(device.gpu, name));
  const calls: number[] = [];
  for await (const event of tiny.trainer.run()) {
    calls.push(made.reduce((sum, { mock }) => sum + mock.calls.length, 0));
    if (event.kind === "epoch" && event.epoch === 3) break;
  }
  for (const spy of made) spy.mockRestore();
  expect(calls.length).toBeGreaterThan(9);
  expect(new Set(calls)).toEqual(new Set([0]));
});

interface Outcome {
  /** Without what only the clock decides. */
  readonly events: readonly TrainEvent[];
  readonly weights: StateDict;
  readonly snapshot: Snapshot;
  readonly reports: readonly string[];
}

/** A whole run, or one stopped when `stopAt` an event. */
async function train(
  recipe: Recipe,
  { resume, stopAt }: { readonly resume?: Snapshot; readonly stopAt?: (event: TrainEvent) => boolean } = {},
): Promise<Outcome> {
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe), resume);
  const { trainer } = tiny;
  const abort = new AbortController();
  const events: TrainEvent[] = [];
  for await (const event of trainer.run(abort.signal)) {
    events.push(event.kind === "epoch" ? { ...event, imagesPerSecond: 0 } : event);
    if (stopAt?.(event)) abort.abort();
  }
  const [weights, snapshot] = [await trainer.studentWeights(), await trainer.snapshot()];
  return { events, weights, snapshot, reports: Object.keys(trainer.step.reports) };
}
