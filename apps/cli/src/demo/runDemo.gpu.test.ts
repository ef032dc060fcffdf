import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readRecipe } from "@kindling/trainer";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { Progress } from "../progress.ts";
import { repositoryFolder } from "../repository.ts";
import { runDemo } from "./runDemo.ts";

const recipes = path.join(repositoryFolder()!, "recipes/demo");

test("the demo draws people, measures the teacher, trains both arms and leaves its pictures", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "kindling-demo-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const signal = new AbortController().signal;
  const progress = new Progress({ write: () => undefined });
  const budget = { train: 16, heldOut: 6, epochs: 1 };
  const result = await runDemo({ directory, recipes, seed: 5, words: ["demo"], progress, signal, budget });
  for (const { pck, loss } of [result.teacher, result.baseline.score, result.distilled.score]) {
    expect(pck).toBeGreaterThanOrEqual(0);
    expect(pck).toBeLessThanOrEqual(1);
    expect(loss).toBeGreaterThan(0);
  }
  // Six pictures are few, but a trained teacher finds far more on them than a student's first epoch.
  expect(result.teacher.pck).toBeGreaterThan(result.baseline.score.pck);
  expect(await sharp(result.results).metadata()).toMatchObject({ format: "png" });
  expect(await sharp(result.people).metadata()).toMatchObject({ format: "jpeg" });
  for (const run of [result.baseline.run, result.distilled.run]) {
    expect((await readRecipe(path.join(run, "recipe.yaml"))).seed).toBe(5);
  }
});

test("the arms differ in name, teacher and the teacher's losses alone", async () => {
  const [baseline, distilled] = [
    await readRecipe(path.join(recipes, "baseline.yaml")),
    await readRecipe(path.join(recipes, "distilled.yaml")),
  ];
  const { teacher: _, ...same } = distilled;
  expect({ ...same, name: baseline.name, losses: distilled.losses.slice(0, baseline.losses.length) }).toEqual(baseline);
});
