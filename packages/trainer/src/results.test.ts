import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bestResults, type EpochResults, resultsFromCsv, resultsToCsv } from "./results.ts";
import { readResults, writeResults } from "./resultsFile.node.ts";

const rows: readonly EpochResults[] = [
  { epoch: 1, step: 10, learningRate: 2e-4, "train/gt": 0.25 },
  { epoch: 2, step: 20, learningRate: 4e-4, "train/gt": Number.NaN, "validation/pck": 0.5 },
  { epoch: 3, step: 30, learningRate: 6e-4, "train/gt": 0.125 },
];

test("rows come back as they were, with NaN, and with what was not measured absent", () => {
  expect(resultsFromCsv(resultsToCsv(rows))).toEqual(rows);
});

test("columns stand in order of appearance, unmeasured cells are empty", () => {
  expect(resultsToCsv(rows)).toBe(
    "epoch,step,learningRate,train/gt,validation/pck\n1,10,0.0002,0.25,\n2,20,0.0004,NaN,0.5\n3,30,0.0006,0.125,\n",
  );
});

test("reading up to a step leaves out later epochs, and no file has no rows", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-results-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "results.csv");
  expect(await readResults(file)).toEqual([]);
  await writeResults(file, rows);
  expect(await readResults(file, 20)).toEqual(rows.slice(0, 2));
  expect(await readResults(file)).toEqual(rows);
});

test("the best epoch is the first with the best value of the metric, among those validated", () => {
  const validated = [
    { epoch: 1, step: 1, "validation/pck": 0.25, "validation/loss": 3 },
    { epoch: 2, step: 2, "validation/pck": 0.5, "validation/loss": Number.NaN },
    { epoch: 3, step: 3 },
    { epoch: 4, step: 4, "validation/pck": 0.5, "validation/loss": 2 },
  ];
  expect(bestResults(validated, "pck")?.epoch).toBe(2);
  expect(bestResults(validated, "loss")?.epoch).toBe(4);
  expect(bestResults(rows.slice(0, 1), "pck")).toBeUndefined();
});
