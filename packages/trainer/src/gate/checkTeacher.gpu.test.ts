import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type SynthesizedDataset, synthesizeDataset } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { readSafetensors, writeSafetensors } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNamedWeights, readRecipeData } from "../readRecipeData.node.ts";
import type { Recipe } from "../recipe.ts";
import { readRunDescription } from "../runDescription.node.ts";
import { createRunFolder } from "../runFolder.node.ts";
import { teachersOf } from "../teachers.ts";
import { tinyRecipe } from "../testing/tinyRun.node.ts";
import { trainRun } from "../trainRun.node.ts";
import { type WeightsFigures, weightsMetadata } from "../weightsMetadata.ts";
import { checkTeacher, type TeacherCheck } from "./checkTeacher.ts";
import { TeacherGateError, teacherText } from "./teacherGate.ts";

/** The demo's teacher: a trained HRNet-W8 for crops of 96 × 72, on people as these. */
const demoTeacher = path.resolve(import.meta.dirname, "../../../../recipes/demo/teacher.safetensors");
const device = await openDevice();
let folder: string;
let people: SynthesizedDataset;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-gate-"));
  people = await synthesizeDataset({ directory: path.join(folder, "people"), count: 8, seed: 77, width: 160, height: 120 });
});
afterAll(async () => {
  device[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

const asTheNotebook = { "teacher.normalization": "{ mean: [0, 0, 0], std: [1, 1, 1] }", "data.crop": "stretched" };
const kd = ["{ name: gt, kind: adaptiveWing }", "{ name: kd, kind: spatialKl, temperature: 1 }"];

function recipeWith(overrides: Record<string, string> = {}, weights = demoTeacher): Recipe {
  const teacher = { "teacher.model": "hrnet-w8", "teacher.weights": weights, "teacher.gatePersons": "8" };
  return tinyRecipe(people, { "data.input": "[96, 72]", "data.limit": "8", ...teacher, ...overrides }, kd);
}

async function check(recipe: Recipe): Promise<TeacherCheck | null> {
  const { validation } = await readRecipeData(recipe);
  const [teacher] = teachersOf(recipe);
  return checkTeacher(device, { recipe, teacher: teacher!, weights: await readNamedWeights(teacher!.recipe.weights), validation });
}

test("a teacher that nothing is known of is measured, and never stops a run", async () => {
  const found = (await check(recipeWith(asTheNotebook)))!;
  expect(found).toMatchObject({ model: "hrnet-w8", persons: 8, expected: null, farBelow: null, tried: [], AP: null });
  expect(teacherText(found)).toMatch(/^the teacher hrnet-w8 reaches PCK@0\.1 0\.\d+ .* on 8 persons of annotations; nothing says/);
});

test("fed as it was trained it is what it should be; fed as the notebook has it, it is far below, and both mistakes are named", async () => {
  const good = (await check(recipeWith({ "teacher.expect.pck": "0.72" })))!;
  expect(good.farBelow).toBeNull();
  expect(good.pck!.value).toBeGreaterThan(0.55);

  const bad = (await check(recipeWith({ "teacher.expect.pck": "0.72", ...asTheNotebook })))!;
  expect(bad.farBelow).toBe("pck");
  expect(bad.tried.map(({ what }) => what)).toHaveLength(4);
  const [best] = bad.tried;
  expect(best).toEqual({
    what: "normalised as its card says and with padded crops",
    remedy: "no teacher.normalization and data.crop: padded",
    value: good.pck!.value,
    raises: true,
  });
  expect(teacherText(bad)).toMatch(
    /far below the 0\.720 that the recipe expects .*the remedy is no teacher\.normalization and data\.crop: padded$/,
  );
  expect(new TeacherGateError(bad).message).toBe(`${teacherText(bad)}; teacher.gate: warn trains all the same`);
});

test("what the weights file says of itself is expected, with its own threshold", async () => {
  const figures: WeightsFigures = { pck: 0.9, pckThreshold: 0.2, persons: 60, validation: "val" };
  const { tensors } = readSafetensors(await readFile(demoTeacher));
  const recipe = recipeWith();
  const ours = path.join(folder, "teacher.safetensors");
  const metadata = weightsMetadata({ ...recipe, student: { model: "hrnet-w8", joints: 17, width: 1 } }, figures);
  await writeFile(ours, writeSafetensors(tensors, metadata));
  const found = (await check(recipeWith({}, ours)))!;
  expect(found.expected).toEqual({ pck: 0.9, pckThreshold: 0.2, source: "its weights file says of 60 persons of val", input: [96, 72] });
  expect(found.pckThreshold).toBe(0.2);
});

test("the gate ends a run before its first step with one sentence; warn trains and keeps the figure in run.json; off does not look", async () => {
  const notebook = { ...asTheNotebook, "teacher.expect.pck": "0.72", epochs: "1", "data.limit": "8" };
  const run = async (recipe: Recipe) => {
    const made = await createRunFolder(path.join(folder, "runs"), recipe.name);
    const kinds: string[] = [];
    try {
      for await (const event of trainRun({ recipe, folder: made, resume: false, openDevice, argv: [], versions: {} }))
        kinds.push(event.kind);
    } catch (error) {
      return { made, kinds, error: error as Error };
    }
    return { made, kinds, error: null };
  };
  // Of several teachers each is measured, and the one that is far below is named.
  const good = { model: "hrnet-w8", weights: demoTeacher };
  const bad = { ...good, expect: { pck: 0.72 }, normalization: { mean: [0, 0, 0], std: [1, 1, 1] } };
  const several = { teachers: JSON.stringify({ good, bad }), "data.input": "[96, 72]", "data.limit": "8", "data.crop": "stretched" };
  const stopped = await run(tinyRecipe(people, several, kd));
  expect(stopped.kinds).toEqual(["teacher", "teacher"]);
  const message = expect.stringMatching(
    /^the teacher bad \(hrnet-w8\) reaches .*far below.*; teachers\.bad\.gate: warn trains all the same$/,
  );
  expect(stopped.error).toMatchObject({ name: "TeacherGateError", message });
  expect(stopped.error!.message).not.toContain("\n");

  const warned = await run(recipeWith({ ...notebook, "teacher.gate": "warn" }));
  expect(warned.error).toBeNull();
  expect(warned.kinds.slice(0, 2)).toEqual(["teacher", "start"]);
  expect((await readRunDescription(warned.made)).teachers).toMatchObject([{ key: "teacher", farBelow: "pck", persons: 8 }]);
  // What the run's own validation found is in its weights, for those who make a teacher of them.
  const { metadata } = readSafetensors(await readFile(warned.made.bestWeights));
  expect(metadata).toMatchObject({ crop: "stretched", pckThreshold: "0.1", persons: "8", validation: "annotations" });
  expect(Number(metadata.pck)).toBeGreaterThanOrEqual(0);

  const off = await run(recipeWith({ ...notebook, "teacher.gate": "off" }));
  expect(off.kinds[0]).toBe("start");
  expect(await readRunDescription(off.made)).not.toHaveProperty("teachers");
});
