import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createModel, exitCosts, fileShape, nameModule, toFile, variablesOf, writeSafetensors } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { afterAll, expect, test } from "vitest";
import type { EarlyExitAccuracy, ExitAccuracy } from "../exitAccuracy.ts";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { files, dataset, folder } = tiny;
const persons = dataset.samples.length;
const weights = path.join(folder, "exits.safetensors");
const model = createModel("multi-hrnet-w4");
nameModule(model, "");
await writeFile(weights, writeSafetensors(randomWeights()));
const network = [weights, "model=multi-hrnet-w4", "input=64x48"];
const given = [...network, `data=${files.annotations}`, `images=${files.images}`, "threshold=0.5", "batchSize=1"];

interface Report {
  readonly pck: number;
  readonly exits: readonly ExitAccuracy[];
  readonly early?: EarlyExitAccuracy;
  readonly sweep?: readonly EarlyExitAccuracy[];
}

async function evaluated(...words: readonly string[]): Promise<Report> {
  const { status, out, err } = await kindling("evaluate", ...given, ...words, "--json");
  expect(status, err).toBe(0);
  return JSON.parse(out);
}

test("every exit is measured beside the work until there, and a sweep goes from the first exit's figures to the last one's", async () => {
  const { pck, exits, sweep } = await evaluated("exit=sweep");
  expect(exits.map(({ name, macs, parameters }) => ({ name, macs, parameters }))).toEqual(exitCosts(model, [64, 48]));
  expect(exits[3]!.pck).toBe(pck);
  expect(sweep![0]).toEqual({ exit: 0, pck: exits[0]!.pck, meanMacs: exits[0]!.macs, left: [persons, 0, 0, 0] });
  expect(sweep!.at(-1)).toMatchObject({ pck, meanMacs: exits[3]!.macs, left: [0, 0, 0, persons] });
  expect(sweep!.length).toBeGreaterThan(4);
  for (const [i, { exit, meanMacs, left }] of sweep!.entries()) {
    expect(left.reduce((sum, count) => sum + count)).toBe(persons);
    if (i === 0) continue;
    expect(exit).toBeGreaterThan(sweep![i - 1]!.exit);
    expect(meanMacs).toBeGreaterThanOrEqual(sweep![i - 1]!.meanMacs);
  }
  // What a sweep foretells is what leaving early gives, one person at a time.
  const middle = sweep![Math.floor(sweep!.length / 2)]!;
  expect((await evaluated(`exit=${middle.exit}`)).early).toEqual(middle);
});

test("without --json the exits are a table, and so is a sweep", async () => {
  const { status, out, err } = await kindling("evaluate", ...given, "exit=sweep");
  expect(status, err).toBe(0);
  expect(out).toMatch(/^exit +PCK@0\.5 +MACs +of all +parameters$/m);
  expect(out).toMatch(/^heatmaps\.4 +[01]\.\d{3} +\d+ +100\.0 % +\d+$/m);
  expect(out).toMatch(/^exit= +PCK@0\.5 +mean MACs +of all +left at heatmaps\.1 .*left at heatmaps\.4$/m);
});

test("predict leaves at the first exit with exit=0, runs to the end with one that no peak reaches, and says where it left", async () => {
  const { imagePath, box } = dataset.samples[0]!;
  const picture = [imagePath, `weights=${weights}`, ...network.slice(1), `box=${box.x},${box.y},${box.width},${box.height}`];
  const predicted = async (...words: readonly string[]) => {
    const { status, out, err } = await kindling("predict", ...picture, `out=${path.join(folder, "predicted")}`, ...words, "--json");
    expect(status, err).toBe(0);
    return JSON.parse(out);
  };
  const [plain, first, last] = [await predicted(), await predicted("exit=0"), await predicted("exit=1e9")];
  const [cheapest, , , whole] = exitCosts(model, [64, 48]);
  expect(first).toMatchObject({ predictions: [{ exit: "heatmaps.1" }], meanMacs: cheapest!.macs, left: [1, 0, 0, 0] });
  expect(last).toMatchObject({ predictions: [{ exit: "heatmaps.4" }], meanMacs: whole!.macs, left: [0, 0, 0, 1] });
  expect(last.predictions[0].keypoints).toEqual(plain.predictions[0].keypoints);
  expect(first.predictions[0].keypoints).not.toEqual(plain.predictions[0].keypoints);
  expect(plain).not.toHaveProperty("left");
  expect(plain.predictions[0]).not.toHaveProperty("exit");
});

test.each([
  [["evaluate", tiny.run.path, "exit=0.5"], "exit is for networks with several exits, multi-hrnet-wN; squeezenet-hpe has none"],
  [["evaluate", ...given, "exit=often"], 'exit must be a number or sweep, not "often"'],
  [
    ["predict", dataset.samples[0]!.imagePath, `weights=${tiny.run.path}`, "exit=0.5", `out=${folder}`],
    "squeezenet-hpe has no early exits; networks named multi-hrnet-wN have",
  ],
])("%j is one sentence and ends with 2", async (words, sentence) => {
  const { status, err } = await kindling(...words);
  expect(err).toContain(sentence);
  expect(status).toBe(2);
});

/** Weights with which exits differ much: the first values of HRNet's heads are all but 0. */
function randomWeights(): Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }> {
  const random = createRandom(7);
  return new Map(
    [...variablesOf(model)].map(([name, variable]) => {
      const around = name.endsWith("running_var") || (variable.shape.length === 1 && name.endsWith("weight")) ? 1 : 0;
      const values = Float32Array.from(variable.init(random), () => around + 0.4 * (random() - 0.5));
      return [name, { shape: fileShape(variable), data: toFile(variable, values) }];
    }),
  );
}
