import { compile, Graph, ParameterStore, type Tensor, Variable } from "@kindling/autograd";
import { letterbox, type RgbImage } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { createModel, type ModelCard, Module, nameModule, type PoseModel, saveWeights, variablesOf } from "@kindling/models";
import { createRandom, encodeOpenPose, fieldChannels, heatmapChannels, openpose18, transformKeypoints } from "@kindling/pose";
import { randomValues } from "@kindling/proof";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LossContext } from "../losses/lossContext.ts";
import type { MaskedL2Loss } from "../losses/lossTerm.ts";
import { partFieldLoss } from "../losses/partFieldLoss.ts";
import { NetworkError } from "../networkError.ts";
import type { RecipeWeights } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import type { Snapshot } from "../snapshot.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "../testing/tinyRun.node.ts";
import type { TrainEvent } from "../trainEvent.ts";
import { PersonFinder } from "./personFinder.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const [n, h, w] = [2, 3, 4];
const cells = n * h * w;
const fields = { paf1: randomValues(2, cells * fieldChannels), pafs: randomValues(6, cells * fieldChannels) };
const values = {
  heat1: randomValues(1, cells * heatmapChannels, 0, 1),
  paf1: fields.paf1,
  heat2: randomValues(3, cells * heatmapChannels, 0, 1),
  paf2: randomValues(4, cells * fieldChannels),
  heatmaps: randomValues(5, cells * heatmapChannels, 0, 1),
  pafs: fields.pafs,
  mean: fields.pafs.map((value, i) => (value + 3 * fields.paf1[i]!) / 4), // of the two teachers below
  mask: Float32Array.from({ length: cells }, (_, i) => [1, 0, 0.25][i % 3]!),
};
type Name = keyof typeof values;

/** Σ ((a − b) · mask)² */
function squares(a: Name, b: Name, masked: boolean): number {
  const channels = values[a].length / cells;
  return values[a].reduce(
    (sum, value, i) => sum + ((value - values[b][i]!) * (masked ? values.mask[Math.floor(i / channels)]! : 1)) ** 2,
    0,
  );
}

const term = { name: "gt", weight: 1, kind: "maskedL2", against: "groundTruth", maps: "both", normalization: "paper" } as const;
const ofHeat = (masked: boolean) => squares("heat1", "heatmaps", masked) + squares("heat2", "heatmaps", masked);
const ofPafs = (masked: boolean) => squares("paf1", "pafs", masked) + squares("paf2", "pafs", masked);

test.each<readonly [MaskedL2Loss, number]>([
  [term, (ofHeat(true) + ofPafs(true)) / 2 / n],
  [{ ...term, maps: "heatmaps" }, ofHeat(true) / 2 / n],
  [{ ...term, against: "teacher", teacher: "teacher.deep", maps: "pafs" }, ofPafs(false) / 2 / n],
  [{ ...term, against: "teacher", maps: "pafs" }, (squares("paf1", "mean", false) + squares("paf2", "mean", false)) / 2 / n],
  [{ ...term, normalization: "joint" }, ofHeat(true) / (cells * heatmapChannels) + ofPafs(true) / (cells * fieldChannels)],
])("%j is the sum over stages that its paper, or the mean, says", async (wanted, expected) => {
  using store = new ParameterStore(device, { variables: [], trainable: () => false });
  const graph = new Graph();
  const input = (name: Name): Tensor => graph.input(name, [n, h, w, values[name].length / cells], "f32");
  const context: LossContext = {
    student: (["heat1", "paf1", "heat2", "paf2"] as const).map(input),
    // The last stage of a teacher with two is what teaches.
    teachers: [
      {
        path: "teacher.deep",
        weight: 1,
        outputs: [input("mask"), graph.input("wrong", [n, h, w, fieldChannels], "f32"), input("heatmaps"), input("pafs")],
        joints: null,
      },
      { path: "teacher.flat", weight: 3, outputs: [graph.inputs.get("heat1")!, graph.inputs.get("paf1")!], joints: null },
    ],
    targets: { heatmaps: graph.inputs.get("heatmaps")!, pafs: graph.inputs.get("pafs")!, mask: graph.inputs.get("mask")! },
    everyJoint: () => graph.inputs.get("mask")!,
    tap: (path) => graph.find(path),
    adapters: new Map(),
  };
  using program = await compile(graph, device, { store, outputs: { loss: partFieldLoss(wanted, context) } });
  for (const name of graph.inputs.keys()) if (name !== "wrong") program.write(name, Float32Array.from(values[name as Name]));
  program.run();
  expect((await program.read("loss"))[0]! / expected).toBeCloseTo(1, 5);
});

const scenes = { student: "{ model: openpose-tiny, joints: 18 }", "data.input": "[64, 64]", "data.codec": "{ kind: pafs, sigma: 5 }" };
const partFields = "{ name: gt, kind: maskedL2, normalization: joint }";

test("a student of OpenPose's trains on scenes: losses fall, persons are measured, and a run that was stopped gives the same bytes", async () => {
  const recipe = tinyRecipe(data, { ...scenes, "data.scenes": "{ kind: crops }", "data.batchSize": "4" }, [partFields]);
  const whole = await train(recipe);
  const losses = whole.events.flatMap((event) => (event.kind === "step" ? [event.losses.gt!] : []));
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  const validation = whole.events.findLast((event) => event.kind === "validation");
  expect(validation).toMatchObject({ evaluation: { oks: { AP: expect.any(Number) }, pck: expect.any(Number), loss: expect.any(Number) } });
  expect((validation as { evaluation: { tiles: readonly unknown[] } }).evaluation.tiles.length).toBeGreaterThan(0);

  const stopped = await train(recipe, { stopAfter: 1 });
  expect(stopped.events.at(-1)?.kind).toBe("interrupted");
  const resumed = await train(recipe, { resume: stopped.snapshot });
  expect(resumed.weights).toEqual(whole.weights);
});

test("accumulated in parts, a batch of scenes has the whole batch's losses", async () => {
  const whole = await train(tinyRecipe(data, scenes, [partFields]), { stopAfter: 1 });
  const inParts = await train(tinyRecipe(data, { ...scenes, accumulate: "2" }, [partFields]), { stopAfter: 1 });
  expect(firstStep(inParts.events).gt).toBeCloseTo(firstStep(whole.events).gt!, 2);
});

test("a teacher may see the image larger than the student, and normalises it by its own card", async () => {
  const losses = [partFields, "{ name: kd, kind: maskedL2, against: teacher, normalization: joint }"];
  const teacher = (input: string) => `{ model: openpose-lite, joints: 18, refinements: 0, weights: lite.safetensors${input} }`;
  const step = async (input: string) => {
    const recipe = tinyRecipe(data, { ...scenes, teacher: teacher(input) }, losses);
    const { events } = await train(recipe, { stopAfter: 1, initialTeacher: true });
    return firstStep(events);
  };
  const [same, larger] = [await step(""), await step(", input: [96, 96]")];
  expect(larger.gt).toBeCloseTo(same.gt!, 5);
  expect(Number.isFinite(larger.kd)).toBe(true);
  expect(larger.kd).not.toBe(same.kd);
});

function firstStep(events: readonly TrainEvent[]): Readonly<Record<string, number>> {
  return events.find((event) => event.kind === "step")!.losses;
}

interface Run {
  readonly events: readonly TrainEvent[];
  readonly weights: unknown;
  readonly snapshot: Snapshot;
}

async function train(
  recipe: Recipe,
  options: { readonly stopAfter?: number; readonly resume?: Snapshot; readonly initialTeacher?: boolean } = {},
): Promise<Run> {
  const weights = options.initialTeacher ? await initialTeacher(recipe) : {};
  await using tiny = await createTinyTrainer(device, recipe, weights, options.resume);
  const stop = new AbortController();
  const events: TrainEvent[] = [];
  for await (const event of tiny.trainer.run(stop.signal)) {
    events.push(event);
    if (event.kind === "step" && event.step === options.stopAfter) stop.abort();
  }
  return { events, weights: await tiny.trainer.studentWeights(), snapshot: await tiny.trainer.snapshot() };
}

/** A teacher's weights from a seed, as a file would have them. */
async function initialTeacher({ teacher }: Recipe): Promise<RecipeWeights> {
  const model = createModel(teacher!.model, { joints: 18, refinements: 0 });
  nameModule(model, "teacher");
  using store = new ParameterStore(device, { variables: [...variablesOf(model).values()], trainable: () => false });
  store.initialise(variablesOf(model).values(), createRandom(3));
  return { teachers: { teacher: { source: "lite.safetensors", tensors: await saveWeights(store, model) } } };
}

/** A network that says the same of every image. */
class Painted extends Module<Tensor, readonly Tensor[]> {
  readonly card: ModelCard;
  readonly heatmaps: Variable;
  readonly pafs: Variable;

  constructor(grid: readonly [number, number]) {
    super();
    this.card = createModel("openpose-tiny").card;
    const zeros = (shape: readonly number[]) =>
      new Variable({ shape, role: "parameter", init: () => new Float32Array(shape.reduce((a, b) => a * b)) });
    this.heatmaps = zeros([1, ...grid, heatmapChannels]);
    this.pafs = zeros([1, ...grid, fieldChannels]);
  }

  forward({ graph }: Tensor): readonly Tensor[] {
    return [graph.use(this.heatmaps), graph.use(this.pafs)];
  }
}

test("persons are found in the image's pixels, whatever letterbox the network saw", async () => {
  const image: RgbImage = { data: new Uint8Array(300 * 400 * 3), width: 300, height: 400, channels: 3 };
  const person = openpose18.joints.flatMap((_, joint) => [120.3 + standing[joint]![0] * 4, 200.7 + standing[joint]![1] * 4, 2]);
  const input = { width: 320, height: 320 };
  const model: PoseModel = new Painted([40, 40]);
  nameModule(model, "network");
  using store = new ParameterStore(device, { variables: [...variablesOf(model).values()], trainable: () => false });
  const maps = encodeOpenPose([transformKeypoints(letterbox(image, input), person)], { input });
  for (const [name, variable] of variablesOf(model)) store.write(variable, name === "heatmaps" ? maps.heatmaps : maps.pafs);
  using finder = new PersonFinder(device, { model, store });
  const found = await finder.find(image, { scale: { kind: "letterbox", input: [320, 320] }, skeleton: openpose18 });
  expect(found).toHaveLength(1);
  const distances = Array.from(found[0]!.keypoints, (value, i) => (i % 3 === 2 ? 0 : Math.abs(value - 0.5 - person[i]!)));
  expect(Math.max(...distances)).toBeLessThanOrEqual(1.5);
  const oneInABox = createModel("squeezenet-hpe");
  expect(() => new PersonFinder(device, { model: oneInABox, store })).toThrow(NetworkError);
});

const standing = [
  [0, -40],
  [0, -28],
  [-14, -28],
  [-20, -12],
  [-24, 4],
  [14, -28],
  [20, -12],
  [24, 4],
  [-9, 6],
  [-10, 24],
  [-11, 42],
  [9, 6],
  [10, 24],
  [11, 42],
  [-4, -44],
  [4, -44],
  [-9, -42],
  [9, -42],
] as const;
