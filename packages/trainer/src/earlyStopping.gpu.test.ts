import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { readSafetensors } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readMetrics } from "./metricsFile.node.ts";
import type { Recipe } from "./recipe.ts";
import { recipeDigest } from "./recipeDigest.node.ts";
import { readRunDescription } from "./runDescription.node.ts";
import { createRunFolder, epochWeights, openRunFolder, type RunFolder } from "./runFolder.node.ts";
import { createTinyData, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { type RunEvent, trainRun } from "./trainRun.node.ts";

const device = await openDevice();
device[Symbol.dispose] = () => undefined; // shared by all runs; each would dispose of it
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

/** Nothing is learnt at such a rate, so that the first validation stays the best. */
const stuck = (patience: number, changes: Record<string, string> = {}): Recipe =>
  tinyRecipe(data, {
    "optimizer.learningRate": "1e-30",
    "optimizer.weightDecay": "0",
    "data.cache": "true",
    metric: "loss",
    epochs: "9",
    earlyStopping: `{ patience: ${patience} }`,
    ...changes,
  });

test("a run stops after so many validations that are no better, and says so in its event, its metrics and run.json", async () => {
  const { folder, events } = await run(stuck(2, { saveEvery: "2" }));
  const [validation, checkpoint, stopped] = events.slice(-3);
  expect(checkpoint).toMatchObject({ kind: "checkpoint", step: 9 });
  const value = validation?.kind === "validation" ? validation.evaluation.loss : undefined;
  const why = { step: 9, epoch: 3, metric: "loss", patience: 2, best: { epoch: 1, value } };
  expect(stopped).toEqual({ kind: "stopped", ...why });
  expect((await readMetrics(folder.metrics)).at(-1)).toEqual({ kind: "stopped", ...why });
  expect((await readRunDescription(folder)).stopped).toEqual(why);
  expect((await readdir(path.dirname(folder.lastWeights))).sort()).toEqual(["best.safetensors", "epoch-2.safetensors", "last.safetensors"]);
  expect(readSafetensors(await readFile(epochWeights(folder, 2))).metadata).toMatchObject({ model: "squeezenet-hpe" });

  // Resumed as it is, it stops where it did; with more patience it goes on as one that always had it.
  expect((await run(stuck(2, { saveEvery: "2" }), { resume: folder })).events.map(({ kind }) => kind)).toEqual(["start", "stopped"]);
  const longer = await run(stuck(4, { saveEvery: "2" }), { resume: folder });
  expect(longer.events.at(-1)).toEqual({ kind: "stopped", ...why, step: 15, epoch: 5, patience: 4 });
  expect((await readRunDescription(folder)).stopped?.epoch).toBe(5);
  const whole = await run(stuck(4));
  for (const file of ["lastWeights", "state"] as const) {
    expect((await readFile(folder[file])).equals(await readFile(whole.folder[file])), file).toBe(true);
  }
});

test("what a run waited is in its state: killed and resumed, it stops where it would have", async () => {
  const { folder } = await run(stuck(2), { leaveAfter: (event) => event.kind === "step" && event.step === 8 });
  expect((await readRunDescription(folder)).stopped).toBeUndefined();
  const { events } = await run(stuck(2), { resume: folder });
  expect(events.at(-1)).toMatchObject({ kind: "stopped", epoch: 3 });
});

test("a run that improves is not stopped, nor one whose last validation is the one too many", async () => {
  const improving = tinyRecipe(data, { metric: "loss", earlyStopping: "{ patience: 1 }", "data.cache": "true" });
  expect((await run(improving)).events.at(-1)?.kind).toBe("checkpoint");
  const { folder, events } = await run(stuck(2, { epochs: "3" }));
  expect(events.some(({ kind }) => kind === "stopped")).toBe(false);
  expect((await readRunDescription(folder)).stopped).toBeUndefined();
});

test("patience and kept weights can be changed when a run is resumed, the optimiser cannot", () => {
  const digest = recipeDigest(stuck(2));
  expect(recipeDigest(stuck(5, { saveEvery: "1", epochs: "20" }))).toBe(digest);
  expect(recipeDigest(stuck(2, { ema: "{ momentum: 0.1 }" }))).not.toBe(digest);
});

interface RunOptions {
  readonly resume?: RunFolder;
  /** Ends the run after an event without another word, as a killed process does. */
  readonly leaveAfter?: (event: RunEvent) => boolean;
}

async function run(
  recipe: Recipe,
  { resume, leaveAfter }: RunOptions = {},
): Promise<{ readonly folder: RunFolder; readonly events: readonly RunEvent[] }> {
  const folder = resume ? await openRunFolder(resume.path) : await createRunFolder(path.join(data.folder, "runs"), "stopping");
  const events: RunEvent[] = [];
  const openShared = async () => device;
  for await (const event of trainRun({
    recipe,
    folder,
    resume: resume !== undefined,
    openDevice: openShared,
    argv: ["train"],
    versions: {},
  })) {
    events.push(event);
    if (leaveAfter?.(event)) break;
  }
  return { folder, events };
}
