import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { cropDataset, DatasetError } from "@kindling/data";
import { type Device, openDevice } from "@kindling/gpu";
import { createModel, fileShape, nameModule, readSafetensors, variablesOf, writeSafetensors } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type CachedTeacher, cacheTeacher } from "./cacheTeacher.node.ts";
import { NetworkError } from "./networkError.ts";
import { readRecipeData, readRecipeWeights } from "./readRecipeData.node.ts";
import type { Recipe } from "./recipe.ts";
import { type Teacher, teachersOf } from "./teachers.ts";
import { createTinyData, createTinyTrainer, groundTruthTerm, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";

/** Shared, so that its pipelines are made once; cacheTeacher would dispose of it. */
const device = await openDevice();
device[Symbol.dispose] = () => undefined;
let data: TinyData;
let weights = "";
let directory = "";
let folders = 0;
beforeAll(async () => {
  data = await createTinyData();
  weights = path.join(data.folder, "teacher.safetensors");
  await writeTeacher(1);
});
afterAll(() => data[Symbol.asyncDispose]());
beforeEach(() => {
  directory = path.join(data.folder, `cache-${folders++}`);
});

const kd = "{ name: kd, kind: spatialKl, temperature: 2, logitScale: 5, weight: 1 }";
const recipeWith = (cache: boolean, changes: Record<string, string> = {}): Recipe =>
  tinyRecipe(
    data,
    { teacher: JSON.stringify({ model: "squeezenet-hpe", width: 0.125, weights, ...(cache ? { cache: directory } : {}) }), ...changes },
    [groundTruthTerm, kd],
  );
const cacheNow = (recipe = recipeWith(true), onProgress?: (done: number, total: number) => void): Promise<CachedTeacher> =>
  cacheTeacher({ recipe, teacher: teacherOf(recipe), openDevice: async () => device, ...(onProgress ? { onProgress } : {}) });
const teacherOf = (recipe: Recipe): Teacher => teachersOf(recipe)[0]!; // it has one
const fileName = "annotations-48x36-squeezenet-hpe.heatmaps";

test("with a cached teacher, training runs no teacher and gives its losses but for the rounding to f16", async () => {
  const { file, samples, made, rounding } = await cacheNow();
  expect(await readdir(directory)).toEqual([fileName]);
  expect({ samples, made, bytes: file.recordBytes }).toEqual({ samples: 12, made: 12, bytes: 12 * 9 * 17 * 2 });
  expect(rounding.largestError).toBeGreaterThan(0);
  expect(rounding.largestError).toBeLessThanOrEqual(rounding.largestValue * 2 ** -11);
  expect((await cacheNow()).made).toBe(0);
  expect(
    (await cacheTeacher({ recipe: recipeWith(false), teacher: teacherOf(recipeWith(false)), directory, openDevice: forbidden })).made,
  ).toBe(0);

  const [plain, cached] = [await train(device, recipeWith(false)), await train(device, recipeWith(true))];
  expect(cached.persistent).toEqual(plain.persistent);
  expect(cached.flops).toBeLessThan(plain.flops);
  expect(cached.variables).toBeLessThan(plain.variables);
  // Only the first step starts from equal weights; afterwards AdamW carries the rounding on.
  for (const [i, { kd: loss = Number.NaN }] of cached.losses.entries()) {
    const exact = plain.losses[i]!.kd!;
    expect(Math.abs(loss - exact)).toBeLessThan((i === 0 ? 5e-5 : 0.03) * exact);
  }
  expect(cached.losses).not.toEqual(plain.losses);
  expect(cached.losses).toEqual((await train(device, recipeWith(true, { "data.cache": "true", "data.workers": "1" }))).losses);
});

test("each of several teachers has a cache of its own; a teacher and itself teach what it teaches alone", async () => {
  const member = (name: string) => ({ model: "squeezenet-hpe", width: 0.125, weights, cache: path.join(directory, name) });
  const teachers = JSON.stringify({ one: member("one"), two: { ...member("two"), weight: 3 } });
  const both = tinyRecipe(data, { teachers, "data.limit": "4", epochs: "1" }, [
    kd,
    kd.replace("name: kd", "name: alone, teacher: teacher.one"),
  ]);
  await expect(readRecipeData(both)).rejects.toThrow(/teacher-cache RECIPE teachers\.one\.cache=/);
  for (const teacher of teachersOf(both)) await cacheTeacher({ recipe: both, teacher, openDevice: async () => device });
  const { training } = (await readRecipeData(both)).stored;
  expect(Object.entries(training.teachers!).map(([name, file]) => [name, path.relative(directory, file.path)])).toEqual([
    ["teacher.one", path.join("one", fileName)],
    ["teacher.two", path.join("two", fileName)],
  ]);

  const [first] = (await train(device, both)).losses;
  expect(first!.kd).toBeGreaterThan(0);
  expect(first!.kd! / first!.alone!).toBeCloseTo(1, 5);
});

test("crops on disk change no loss, and the teacher's cache can be made from them", async () => {
  const crops = path.join(directory, "crops");
  const input = { height: 48, width: 36 };
  await cropDataset({ ...data, input, directory: crops, workers: 0 });
  const fromCrops = { "data.train.crops": crops, "data.validation.crops": crops };
  await cacheNow(recipeWith(true, fromCrops));
  const bytes = await readFile(path.join(directory, fileName));
  expect((await train(device, recipeWith(true, fromCrops))).losses).toEqual((await train(device, recipeWith(true))).losses);
  directory = `${directory}-decoded`;
  await cacheNow();
  expect((await readFile(path.join(directory, fileName))).equals(bytes)).toBe(true);
});

test("an interrupted computation leaves no file of the name; the next goes on, to the same bytes", async () => {
  const stopped = cacheNow(recipeWith(true), (done) => {
    if (done >= 8) throw new Error("stopped");
  });
  await expect(stopped).rejects.toThrow("stopped");
  expect(await readdir(directory)).toEqual([`${fileName}.partial`]);
  await expect(readRecipeData(recipeWith(true))).rejects.toThrow(/there is no such file; make it with: kindling teacher-cache RECIPE out=/);
  expect((await cacheNow()).made).toBe(4);
  const bytes = await readFile(path.join(directory, fileName));
  directory = `${directory}-at-once`;
  await cacheNow();
  expect((await readFile(path.join(directory, fileName))).equals(bytes)).toBe(true);
});

test("a cache of other weights, another network, fewer persons, or one that is cut off is refused in one sentence", async () => {
  const { file } = await cacheNow(recipeWith(true, { "data.limit": "5", batchSize: "4" }));
  const refusal = async (message: RegExp, recipe = recipeWith(true)): Promise<void> => {
    const reading = readRecipeData(recipe);
    await expect(reading).rejects.toThrow(DatasetError);
    await expect(reading).rejects.toThrow(message);
  };
  await refusal(/holds 5 of 12 persons; make it with/);
  await cacheNow();
  await readRecipeData(recipeWith(true));
  await refusal(/is out of date: it was made with other teacher; make it with/, recipeWith(true, { "teacher.width": "0.25" }));
  await truncate(file.path, 5000);
  await refusal(/is cut off: it has 5000 of \d+ bytes; make it with/);
  await cacheNow();
  await writeTeacher(2);
  await refusal(/is out of date: it was made with other weights; make it with/);
  await writeTeacher(1);
  await readRecipeData(recipeWith(true));
});

test("what cannot be cached is said", async () => {
  await expect(cacheNow(recipeWith(true, { "teacher.weights": "/none" }))).rejects.toThrow(/the weights \/none cannot be read/);
  await expect(cacheNow(recipeWith(true, { "data.heatmap": "[24, 18]" }))).rejects.toThrow(/data\.heatmap: squeezenet-hpe makes 12 × 9/);
  await writeTeacher(1, 1e6);
  await expect(cacheNow()).rejects.toThrow(NetworkError);
  await expect(cacheNow()).rejects.toThrow(/which f16 cannot store/);
  await writeTeacher(1);
  const udp = recipeWith(false, { "data.codec": "{ kind: heatmaps, encoding: udp }" });
  await expect(cacheTeacher({ recipe: udp, teacher: teacherOf(udp), directory, openDevice: forbidden })).rejects.toThrow(
    /udp's coding has crops of its own/,
  );
  expect(() => recipeWith(true, { "data.codec": "{ kind: heatmaps, encoding: udp }" })).toThrow(/teacher\.cache: is of crops by HRNet's/);
});

test("a teacher that was trained on other crops than the student's is refused; one that does not say it is believed", async () => {
  const [plain, udp] = ["msra", "udp"].map((encoding) => recipeWith(false, { "data.codec": `{ kind: heatmaps, encoding: ${encoding} }` }));
  await readRecipeWeights(udp!);
  const said = { model: "squeezenet-hpe", joints: "17", width: "0.125", input: "48x36", sigma: "1" };
  const { tensors } = readSafetensors(await readFile(weights));
  await writeFile(weights, writeSafetensors(tensors, { ...said, encoding: "udp" }));
  await readRecipeWeights(udp!);
  await expect(readRecipeWeights(plain!)).rejects.toThrow(/was trained in udp coding, and the student's other coding has other crops/);
  await expect(cacheTeacher({ recipe: plain!, teacher: teacherOf(plain!), directory, openDevice: async () => device })).rejects.toThrow(
    /was trained in udp coding/,
  );
  await writeFile(weights, writeSafetensors(tensors, { ...said, encoding: "unbiased" }));
  await readRecipeWeights(plain!); // both kinds of the usual grid have the same crops
  await expect(readRecipeWeights(udp!)).rejects.toThrow(/was trained in unbiased coding/);
  await writeTeacher(1);
});

async function forbidden(): Promise<never> {
  throw new Error("no device is needed");
}

interface Trained {
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly persistent: readonly string[];
  readonly flops: number;
  /** Of the student and the teacher, on the device. */
  readonly variables: number;
}

/** The whole run of a recipe. */
async function train(on: Device, recipe: Recipe): Promise<Trained> {
  await using tiny = await createTinyTrainer(on, recipe, await readRecipeWeights(recipe));
  const losses: Readonly<Record<string, number>>[] = [];
  for await (const event of tiny.trainer.run()) if (event.kind === "step") losses.push(event.losses);
  const { student, teachers, store } = tiny.networks;
  return {
    losses,
    persistent: [...store.persistent.keys()],
    flops: Object.values(tiny.trainer.step.reports).reduce((sum, { flops }) => sum + flops, 0),
    variables: [student, ...teachers.map(({ model }) => model)].reduce((sum, model) => sum + variablesOf(model).size, 0),
  };
}

/** A weights file of seeded numbers, of a size that keeps values about as large from layer to layer; the heatmaps grow with `scale`. */
async function writeTeacher(seed: number, scale = 1): Promise<void> {
  const model = createModel("squeezenet-hpe", { joints: 17, width: 0.125 });
  nameModule(model, "");
  const random = createRandom(seed);
  const tensors = [...variablesOf(model)].map(([name, variable], _, all) => {
    const shape = fileShape(variable);
    const size = shape.reduce((product, length) => product * length, 1);
    const spread = shape.length > 1 ? Math.sqrt(3 / (size / shape[0]!)) : 0.3;
    const last = name === all.at(-1)![0] || name === all.at(-2)![0];
    return [name, { shape, data: Float32Array.from({ length: size }, () => (last ? scale : 1) * spread * (2 * random() - 1)) }] as const;
  });
  await writeFile(weights, writeSafetensors(new Map(tensors), {}));
}
