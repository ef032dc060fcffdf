import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const recipe = path.join(tiny.folder, "distilled.yaml");
const set = JSON.stringify({ data: tiny.files.annotations, images: tiny.files.images });
const teacher = `{ model: squeezenet-hpe, joints: 17, width: 0.25, weights: ${JSON.stringify(tiny.run.bestWeights)} }`;
const distilled = (teachers: string): string => `name: distilled
seed: 1
student: { model: squeezenet-hpe, joints: 17, width: 0.25 }
${teachers}
data: { train: ${set}, validation: ${set}, input: [64, 48], batchSize: 4, augment: none }
losses: [{ name: kd, kind: mse, against: teacher }]
optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 1e-4 }
schedule: { kind: constant, epochs: 1 }
`;
await writeFile(recipe, distilled(`teacher: ${teacher}`));
const runs = `runs=${path.join(tiny.folder, "runs")}`;

test("teacher-cache computes once, says what f16 rounded, and training uses it; without it training is refused", async () => {
  const cache = path.join(path.dirname(tiny.files.annotations), "teacher-cache");
  const refused = await kindling("train", recipe, runs, `teacher.cache=${cache}`);
  expect(refused.status).toBe(2);
  expect(refused.err).toMatch(/squeezenet-hpe\.heatmaps: there is no such file; make it with: kindling teacher-cache RECIPE out=/);

  const first = await kindling("teacher-cache", recipe, "--json");
  expect(first.status, first.err).toBe(0);
  const samples = tiny.dataset.samples.length;
  const report = JSON.parse(first.out);
  expect(report).toMatchObject({ samples, made: samples, directory: cache, bytes: samples * 16 * 12 * 17 * 2 });
  expect(report.rounding.largestError).toBeGreaterThan(0);
  expect(existsSync(report.file)).toBe(true);
  const again = await kindling("teacher-cache", recipe, `out=${cache}`);
  expect(again.out).toContain(`heatmaps of ${samples} persons, up to date`);
  expect(again.out).toContain(`teacher.cache=${cache}`);

  const trained = await kindling("train", recipe, runs, `teacher.cache=${cache}`);
  expect(trained.status, trained.err).toBe(0);
  expect(trained.out).toMatch(/best PCK/);
});

test("of several teachers those with a cache are computed", async () => {
  const file = path.join(tiny.folder, "several.yaml");
  await writeFile(file, distilled(`teachers: { one: ${teacher}, two: ${teacher} }`));
  const cache = path.join(tiny.folder, "cache-of-two");
  const { status, out, err } = await kindling("teacher-cache", file, "limit=2", `teachers.two.cache=${cache}`, "--json");
  expect(status, err).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ teachers: [{ key: "teachers.two", samples: 2, made: 2, directory: cache }] });
});

test("a recipe without a teacher ends with 2", async () => {
  const { status, err } = await kindling("teacher-cache", tiny.run.recipe);
  expect(status).toBe(2);
  expect(err.trim()).toMatch(/^kindling: .*teacher: the recipe has none, so there is nothing to cache$/);
});
