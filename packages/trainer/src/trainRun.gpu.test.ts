import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { ImageError, readCoco } from "@kindling/data";
import { type Device, openDevice } from "@kindling/gpu";
import { dtypesOf, type KernelCall, sourcesHash, variantChoices } from "@kindling/kernels";
import { readSafetensors } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCheckpoint } from "./checkpointFile.node.ts";
import { readMetrics } from "./metricsFile.node.ts";
import { createNetworks } from "./networks.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe } from "./recipe.ts";
import { readResults } from "./resultsFile.node.ts";
import { readRunDescription } from "./runDescription.node.ts";
import { createRunFolder, openRunFolder, type RunFolder } from "./runFolder.node.ts";
import { createTinyData, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { type RunEvent, trainRun } from "./trainRun.node.ts";
import { TrainStep } from "./trainStep.ts";

/** Shared by the runs that lose no device, so that its pipelines are made once; a run would dispose of it. */
const shared = await openDevice();
shared[Symbol.dispose] = () => undefined;
let data: TinyData;
let whole: RunFolder;
beforeAll(async () => {
  data = await createTinyData();
  whole = await run(tinyRecipe(data));
});
afterAll(() => data[Symbol.asyncDispose]());

test("a run folder holds everything that the command line's contract names", async () => {
  expect((await readdir(whole.path)).map((name) => name.replace(/\.\d+\.kindling$/, "")).sort()).toEqual([
    "events.out.tfevents",
    "metrics.jsonl",
    "recipe.yaml",
    "results.csv",
    "results.png",
    "run.json",
    "samples",
    "state",
    "weights",
  ]);
  expect(await readdir(whole.samples)).toEqual(["epoch-0001.jpg", "epoch-0002.jpg"]);
  const weights = readSafetensors(await readFile(whole.lastWeights));
  expect(weights.metadata).toMatchObject({ model: "squeezenet-hpe", joints: "17", width: "0.25", input: "48x36" });
  expect(readSafetensors(await readFile(whole.bestWeights)).tensors.size).toBe(weights.tensors.size);
  const events = await readMetrics(whole.metrics);
  expect(events.map(({ kind, step }) => `${kind} ${step}`)).toEqual(
    [1, 2, 3, "epoch", "validation", 4, 5, 6, "epoch", "validation"].map((entry, i) =>
      typeof entry === "number" ? `step ${entry}` : `${entry} ${i < 5 ? 3 : 6}`,
    ),
  );
  expect((await readResults(whole.results)).map(({ epoch, step }) => [epoch, step])).toEqual([
    [1, 3],
    [2, 6],
  ]);
  const { sessions, files, seeds } = await readRunDescription(whole);
  expect(sessions.map(({ fromStep }) => fromStep)).toEqual([0]);
  expect(Object.keys(files)).toContain(data.annotations);
  expect(seeds).toEqual({ recipe: 7 });
});

test("a run that ended without a word goes on from its last state, and its files are those of one that never stopped", async () => {
  const folder = await run(tinyRecipe(data), { leaveAfter: (event) => event.kind === "step" && event.step === 5 });
  expect((await readMetrics(folder.metrics)).at(-1)?.step).toBe(5);
  await run(tinyRecipe(data), { resume: folder });
  await expectSameAs(whole, folder);
  expect((await readRunDescription(folder)).sessions.map(({ fromStep }) => fromStep)).toEqual([0, 3]);
});

test("augmented crops are those of a run that never stopped, and each stage has its own", async () => {
  const stages = (last: string) =>
    tinyRecipe(data, { "data.augment": "rtmpose-stage1", "data.augmentLast": `{ epochs: 1, augment: ${last} }` });
  const [through, plainAtLast] = [await run(stages("hrnet")), await run(stages("none"))];
  const folder = await run(stages("hrnet"), { leaveAfter: (event) => event.kind === "step" && event.step === 5 });
  await run(stages("hrnet"), { resume: folder });
  await expectSameAs(through, folder);
  const losses = async (one: RunFolder) => (await readResults(one.results)).map((row) => row["train/gt"]);
  const [augmented, late, never] = [await losses(through), await losses(plainAtLast), await losses(whole)];
  expect(augmented[0]).toBe(late[0]);
  expect(augmented[1]).not.toBe(late[1]);
  expect(augmented[0]).not.toBe(never[0]);
});

test("a run that ended between the last row of its results and its last state can still be resumed", async () => {
  const folder = await run(tinyRecipe(data), { leaveAfter: (event) => event.kind === "epoch" && event.epoch === 2 });
  expect(await readResults(folder.results)).toHaveLength(2);
  await run(tinyRecipe(data), { resume: folder });
  await expectSameAs(whole, folder);
});

test("a run stopped after the last step of an epoch, then ended in its validation, repeats no row", async () => {
  const stop = new AbortController();
  const folder = await run(tinyRecipe(data), {
    signal: stop.signal,
    onEvent: (event) => event.kind === "step" && event.step === 2 && stop.abort(),
  });
  expect((await readMetrics(folder.metrics)).at(-1)).toMatchObject({ kind: "interrupted", step: 3, epoch: 0 });
  await run(tinyRecipe(data), { resume: folder, leaveAfter: (event) => event.kind === "epoch" });
  await run(tinyRecipe(data), { resume: folder });
  await expectSameAs(whole, folder);
});

test.each([
  ["before its first state", 2],
  ["after it", 5],
])("a device lost in the middle of a run, %s, is replaced and changes nothing", async (_, step) => {
  const devices: Device[] = [];
  const kinds: string[] = [];
  const folder = await run(tinyRecipe(data), {
    openDevice: async () => {
      devices.push(devices.length === 0 ? await openDevice() : shared);
      return devices.at(-1)!;
    },
    onEvent: (event) => {
      kinds.push(event.kind);
      if (event.kind === "step" && event.step === step && devices.length === 1) devices[0]!.gpu.destroy();
    },
  });
  expect(devices).toHaveLength(2);
  expect(kinds.filter((kind) => kind === "deviceLost" || kind === "start")).toEqual(["start", "deviceLost", "start"]);
  await expectSameAs(whole, folder);
});

test("a device that is lost again and again ends the run with its loss", async () => {
  let opened = 0;
  const failing = run(tinyRecipe(data), {
    openDevice: async () => {
      opened++;
      const device = await openDevice();
      device.gpu.destroy();
      return device;
    },
  });
  await expect(failing).rejects.toThrow(/device was lost/);
  expect(opened).toBe(4);
});

test("a run with all its epochs is told so, and goes on when it gets more", async () => {
  const folder = await run(tinyRecipe(data));
  await expect(run(tinyRecipe(data), { resume: folder })).rejects.toThrow(/has all its 2 epochs; add some with epochs=\+50/);
  await run(tinyRecipe(data, { epochs: "3" }), { resume: folder });
  expect((await readResults(folder.results)).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect((await readMetrics(folder.metrics)).filter(({ kind }) => kind === "step").map(({ step }) => step)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
  expect(await readFile(folder.recipe, "utf8")).toContain("epochs: 3");
});

test("another number of joints is a mistake of the recipe", async () => {
  await expect(run(tinyRecipe(data, { "student.joints": "16" }))).rejects.toThrow(RecipeError);
  await expect(run(tinyRecipe(data, { "student.joints": "16" }))).rejects.toThrow(/has 17 joints a person; got 16/);
});

test("a recipe for f16 runs in f32 where the adapter has no f16: the start and run.json say which, and the bytes are those of f32", async () => {
  const said: string[] = [];
  const folder = await run(tinyRecipe(data, { precision: "f16" }), {
    onEvent: (event) => event.kind === "start" && said.push(event.precision),
  });
  const precision = shared.capabilities.f16 ? "f16" : "f32";
  expect(said).toEqual([precision]);
  expect((await readRunDescription(folder)).sessions.map((session) => session.precision)).toEqual([precision]);
  const same = (await readFile(folder.lastWeights)).equals(await readFile(whole.lastWeights));
  expect(same).toBe(precision === "f32");
  const { tensors } = await loadCheckpoint(folder.state);
  expect(tensors.get("lossScale")!.data).toEqual(Float32Array.of(65_536, precision === "f16" ? 6 : 0, 0));
});

test("resumed with other variants of kernels, a run says so; with the same ones it does not, and run.json tells them apart", async () => {
  const stopped = { leaveAfter: (event: RunEvent) => event.kind === "step" && event.step === 5 };
  const said: boolean[] = [];
  const onEvent = (event: RunEvent) => event.kind === "start" && said.push(event.otherVariants);
  const folder = await run(tinyRecipe(data), { ...stopped, onEvent });
  await run(tinyRecipe(data), { ...stopped, onEvent, resume: folder });
  const calls = await callsOf(tinyRecipe(data));
  const plain = variantChoices(
    calls.map((call) => ({
      kernel: call.kernel.name,
      dtypes: dtypesOf(call),
      problem: call.problem,
      sources: sourcesHash(call, shared.capabilities),
      variant: call.kernel.variants[0].id,
      microseconds: {},
    })),
  );
  await run(tinyRecipe(data), { onEvent, resume: folder, openDevice: () => openDevice({ choices: () => plain }) });
  expect(said).toEqual([false, false, true]);
  const [first, second, third] = (await readRunDescription(folder)).sessions.map(({ variants }) => variants);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("a broken image is told of, counted and replaced, and a run that goes on from the middle of the epoch gives the same bytes", async () => {
  const broken = path.join(data.folder, "broken");
  await cp(path.dirname(data.annotations), broken, { recursive: true });
  const { file } = await onlyPersonOf(data.annotations);
  await writeFile(path.join(broken, "images", file), "not an image");
  const recipe = tinyRecipe(data, { "data.train.data": `${broken}/annotations.json`, "data.train.images": `${broken}/images` });
  const uninterrupted = await run(recipe);
  const metrics = await readMetrics(uninterrupted.metrics);
  const replaced = metrics.filter(({ kind }) => kind === "replaced");
  expect(replaced).toEqual(
    [0, 1].map((epoch) => ({
      kind: "replaced",
      step: expect.any(Number),
      epoch,
      path: path.join(broken, "images", file),
      problem: expect.stringMatching(/^is no readable image/),
    })),
  );
  expect(metrics.filter(({ kind }) => kind === "epoch").map((event) => ({ ...event }))).toMatchObject([{ replaced: 1 }, { replaced: 1 }]);

  for (const after of [1, 2, 4, 5]) {
    const stop = new AbortController();
    const folder = await run(recipe, {
      signal: stop.signal,
      onEvent: (event) => event.kind === "step" && event.step === after && stop.abort(),
    });
    await run(recipe, { resume: folder });
    await expectSameAs(uninterrupted, folder);
  }
});

test("in validation a broken image is an error: nothing else is evaluated in its place", async () => {
  const broken = path.join(data.folder, "broken validation");
  await cp(path.dirname(data.annotations), broken, { recursive: true });
  const { file } = await onlyPersonOf(data.annotations);
  await writeFile(path.join(broken, "images", file), "not an image");
  const recipe = tinyRecipe(data, { "data.validation.data": `${broken}/annotations.json`, "data.validation.images": `${broken}/images` });
  await expect(run(recipe)).rejects.toThrow(ImageError);
});

/** An image that just one of the first 12 persons is on: its file. */
async function onlyPersonOf(annotations: string): Promise<{ readonly file: string }> {
  const { samples } = await readCoco({ annotations, images: path.join(path.dirname(annotations), "images"), limit: 12 });
  const found = samples.find(({ imageId }) => samples.filter((other) => other.imageId === imageId).length === 1)!;
  return { file: path.basename(found.imagePath) };
}

async function callsOf(recipe: Recipe): Promise<readonly KernelCall[]> {
  using networks = createNetworks(shared, recipe, {});
  using step = await TrainStep.create(shared, recipe, networks);
  return Object.values(step.programs).flatMap((program) => program.calls);
}

interface RunOptions {
  /** Go on with it instead of making one. */
  readonly resume?: RunFolder;
  readonly openDevice?: () => Promise<Device>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => unknown;
  /** Ends the run after an event without another word, as a killed process does. */
  readonly leaveAfter?: (event: RunEvent) => boolean;
}

async function run(recipe: Recipe, options: RunOptions = {}): Promise<RunFolder> {
  const folder = options.resume ? await openRunFolder(options.resume.path) : await createRunFolder(path.join(data.folder, "runs"), "tiny");
  const events = trainRun({
    recipe,
    folder,
    resume: options.resume !== undefined,
    openDevice: options.openDevice ?? (async () => shared),
    argv: ["train"],
    versions: {},
    ...(options.signal ? { signal: options.signal } : {}),
  });
  for await (const event of events) {
    options.onEvent?.(event);
    if (options.leaveAfter?.(event)) break;
  }
  return folder;
}

/** The same weights, state and metrics, and results but for the clock. */
async function expectSameAs(one: RunFolder, other: RunFolder): Promise<void> {
  for (const file of ["lastWeights", "bestWeights", "state"] as const) {
    expect((await readFile(other[file])).equals(await readFile(one[file])), file).toBe(true);
  }
  expect(await metricsOf(other)).toEqual(await metricsOf(one));
  const withoutClock = async ({ results }: RunFolder) => (await readResults(results)).map((row) => ({ ...row, seconds: 0 }));
  expect(await withoutClock(other)).toEqual(await withoutClock(one));
  expect((await stat(other.picture)).size).toBeGreaterThan(1000);
}

async function metricsOf({ metrics }: RunFolder): Promise<readonly unknown[]> {
  const events = (await readMetrics(metrics)).filter(({ kind }) => kind !== "interrupted");
  return events.map((event) => (event.kind === "epoch" ? { ...event, imagesPerSecond: 0 } : event));
}
