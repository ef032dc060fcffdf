import type { Variable } from "@kindling/autograd";
import { Device, openDevice } from "@kindling/gpu";
import { variablesOf } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetworks, type Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import type { Snapshot } from "./snapshot.ts";
import { randomBatch } from "./testing/randomBatch.ts";
import { teacherWeights } from "./testing/teacherWeights.ts";
import { createTinyData, createTinyTrainer, groundTruthTerm, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import type { StepEvent, TrainEvent } from "./trainEvent.ts";
import { TrainStep } from "./trainStep.ts";

const device = await openDevice();
const { f16 } = device.capabilities;
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const teacher = { teacher: "{ model: hrnet-w4, weights: /teacher }" };
const terms = [
  groundTruthTerm,
  "{ name: kd, kind: spatialKl, temperature: 2, logitScale: 10, weight: 0.3 }",
  "{ name: feature, kind: feature, student: student.backbone.10.out, teacher: teacher.layer1.out, adapter: conv1x1 }",
];

test.runIf(f16).each([
  ["a SqueezeNet under a frozen HRNet, by heatmaps and features", teacher, terms],
  ["an HRNet with batch norms", { student: "{ model: hrnet-w4 }" }, [groundTruthTerm]],
])(
  "a step of %s in f16 is as near to f32 as f32 is to itself with weights moved by half a unit of f16 (needs f16)",
  async (_, overrides, losses) => {
    const [single, half, moved] = [await oneStep("f32", 0), await oneStep("f16", 0), await oneStep("f32", 2 ** -11)];
    expect(half.skipped).toBe(false);
    const { norm: __, ...ofTerms } = single.losses;
    for (const [name, loss] of Object.entries(ofTerms)) expect(Math.abs(half.losses[name]! / loss - 1), name).toBeLessThan(2e-3);
    const distanceTo = (other: typeof single): number => distance(other.gradients, single.gradients);
    expect(distanceTo(half)).toBeLessThan(2 * distanceTo(moved));

    async function oneStep(precision: "f16" | "f32", noise: number) {
      const optimizer = "{ kind: sgd, learningRate: 1, weightDecay: 0 }";
      const recipe = tinyRecipe(data, { precision, optimizer, ...overrides }, losses);
      using networks = createNetworks(device, recipe, teacherWeights(recipe));
      const { store, trained, lossScale } = networks;
      expect(networks.precision).toBe(precision);
      const random = createRandom(5);
      for (const [variable, values] of await store.read(trained)) {
        store.write(
          variable,
          values.map((value) => value * (1 + noise * (2 * random() - 1))),
        );
      }
      // Random pictures give larger gradients than training does.
      if (lossScale) store.write(lossScale, Float32Array.of(64, 0, 0));
      using step = await TrainStep.create(device, recipe, networks);
      const { outcome } = await step.run(randomBatch(recipe), { step: 1, learningRate: 0, lossWeights: losses.map(() => 1) });
      const done = await outcome;
      const gradients = (await store.read(trained.map((variable) => store.gradientOf(variable)))).values();
      return {
        losses: done.losses,
        skipped: done.lossScale?.skipped,
        gradients: [...gradients].flatMap((values) => [...values].map((value) => value / (done.lossScale?.scale ?? 1))),
      };
    }
  },
);

test.runIf(f16)("the teacher's convolutions are stored as f16 once, and stay bit for bit as they were (needs f16)", async () => {
  const recipe = tinyRecipe(data, { precision: "f16", ...teacher, epochs: "1" }, terms);
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe));
  const frozen = [...variablesOf(tiny.networks.teachers[0]!.model).values()];
  for (const variable of frozen) expect(variable.dtype).toBe(variable.shape.length === 4 ? "f16" : "f32");
  const before = await tiny.networks.store.read(frozen);
  for await (const _ of tiny.trainer.run());
  expect(await tiny.networks.store.read(frozen)).toEqual(before);
});

const optimizers = [
  "{ kind: adamw, learningRate: 2e-3, weightDecay: 1e-4, clipNorm: 1 }",
  "{ kind: adam, learningRate: 2e-3, weightDecay: 1e-4 }",
  "{ kind: sgd, learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4, clipNorm: 1 }",
  "{ kind: sgd, learningRate: 2e-3, weightDecay: 0 }",
];

test.runIf(f16).each(optimizers)(
  "a loss scale that overflows is survived by %s: nothing changes until it was halved, then losses fall (needs f16)",
  async (optimizer) => {
    const recipe = tinyRecipe(data, { precision: "f16", optimizer, epochs: "8", validateEvery: "8" });
    await using tiny = await createTinyTrainer(device, recipe);
    const { store, lossScale, student } = tiny.networks;
    const huge = 2 ** 25;
    store.write(lossScale!, Float32Array.of(huge, 0, 0));
    const start = await weightsOf(tiny.networks);
    const steps: StepEvent[] = [];
    let means: readonly number[] = [];
    for await (const event of tiny.trainer.run()) {
      if (event.kind === "epoch") {
        // Two steps are under way at once, so weights are looked at between epochs.
        if (steps.every((step) => step.lossScale!.skipped)) expect(await weightsOf(tiny.networks)).toEqual(start);
        else means = [...means, event.losses.gt!];
      }
      if (event.kind === "step") steps.push(event);
    }
    const skipped = steps.findIndex((step) => !step.lossScale!.skipped);
    expect(skipped).toBeGreaterThan(3);
    expect(skipped).toBeLessThan(steps.length - 6);
    expect(steps.slice(0, skipped).map((step) => step.lossScale!.scale)).toEqual(
      Array.from({ length: skipped }, (_, i) => huge / 2 ** (i + 1)),
    );
    for (const { losses, lossScale: outcome } of steps) expect(Number.isFinite(losses.norm)).toBe(!outcome!.skipped);
    expect(means.every(Number.isFinite)).toBe(true);
    expect(means.at(-1)).toBeLessThan(means[0]!);
    expect([...(await store.read(variablesOf(student).values())).values()].every((values) => values.every(Number.isFinite))).toBe(true);
  },
);

test.runIf(f16)(
  "an optimiser counts only the steps that it took: after overflows it goes where it would have gone without (needs f16)",
  async () => {
    // A constant rate and one batch, so that a step depends on what the optimiser counts alone.
    const recipe = tinyRecipe(data, { precision: "f16", schedule: "{ kind: constant, epochs: 1 }" });
    const after = async (skipped: number): Promise<readonly Float32Array[]> => {
      using networks = createNetworks(device, recipe, {});
      using step = await TrainStep.create(device, recipe, networks);
      for (let t = 1; t <= skipped + 4; t++) {
        if (t === 1 || t === skipped + 1) {
          networks.store.write(networks.lossScale!, Float32Array.of(t <= skipped ? 2 ** 60 : 64, 0, t <= skipped ? 0 : skipped));
        }
        const { outcome } = await step.run(randomBatch(recipe), { step: t, learningRate: 1e-3, lossWeights: [1] });
        expect((await outcome).lossScale!.skipped).toBe(t <= skipped);
      }
      return await weightsOf(networks);
    };
    expect(await after(3)).toEqual(await after(0));
  },
);

test.runIf(f16)(
  "f16 gives the same bytes twice, and a run that was stopped goes on to the same bytes, loss scale and all (needs f16)",
  async () => {
    const recipe = tinyRecipe(data, { precision: "f16" });
    const [whole, again] = [await train(recipe), await train(recipe)];
    expect(again).toEqual(whole);
    const stopped = await train(recipe, undefined, 2);
    // What a file keeps of it.
    const state = JSON.parse(JSON.stringify(stopped.snapshot.state)) as Snapshot["state"];
    expect(stopped.snapshot.tensors.get("lossScale")!.data[1]).toBe(stopped.snapshot.state.step);
    const resumed = await train(recipe, { ...stopped.snapshot, state });
    expect(resumed.snapshot).toEqual(whole.snapshot);
    expect([...stopped.events.slice(0, -1), ...resumed.events]).toEqual(whole.events);
  },
);

test("a run begun on a device without f16 goes on on one that has it, and the other way round", async () => {
  const recipe = tinyRecipe(data, { precision: "f16" });
  const plain = new Device({ ...device, gpu: device.gpu, capabilities: { ...device.capabilities, f16: false } });
  const first = await train(recipe, undefined, 2, plain);
  expect(first.events.some((event) => event.kind === "step" && event.lossScale)).toBe(false);
  const second = await train(recipe, first.snapshot);
  expect(second.events.filter(({ kind }) => kind === "step").every((event) => "lossScale" in event === f16)).toBe(true);
  const back = await train(recipe, (await train(recipe, undefined, 2)).snapshot, undefined, plain);
  expect(back.snapshot.state.step).toBe(6);
});

interface Outcome {
  /** Without what only the clock decides. */
  readonly events: readonly TrainEvent[];
  readonly snapshot: Snapshot;
}

/** A whole run, or one stopped after a step. */
async function train(recipe: Recipe, resume?: Snapshot, stopAt?: number, on: Device = device): Promise<Outcome> {
  await using tiny = await createTinyTrainer(on, recipe, {}, resume);
  const abort = new AbortController();
  const events: TrainEvent[] = [];
  for await (const event of tiny.trainer.run(abort.signal)) {
    events.push(event.kind === "epoch" ? { ...event, imagesPerSecond: 0 } : event);
    if (event.kind === "step" && event.step === stopAt) abort.abort();
  }
  return { events, snapshot: await tiny.trainer.snapshot() };
}

async function weightsOf({ store, trained }: Networks): Promise<readonly Float32Array[]> {
  const slots = [...store.persistent].filter(([name]) => name !== "lossScale").map(([, variable]) => variable);
  return [...(await store.read(new Set<Variable>([...trained, ...slots]))).values()];
}

/** |a − b| / |b|, Euclidean. */
function distance(a: readonly number[], b: readonly number[]): number {
  const [difference, length] = [a.map((value, i) => value - b[i]!), b].map((each) => each.reduce((sum, value) => sum + value ** 2, 0));
  return Math.sqrt(difference! / length!);
}
