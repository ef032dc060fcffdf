import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { appendMetrics, readMetrics, rewindMetrics } from "./metricsFile.node.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-metrics-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const step = (number: number): { kind: string; step: number; losses: { gt: number } } => ({
  kind: "step",
  step: number,
  losses: { gt: 1 / number },
});

test("a resumed run leaves the same events as one that never stopped", async () => {
  const file = path.join(folder, "resumed.jsonl");
  const uninterrupted = path.join(folder, "uninterrupted.jsonl");
  const all = [1, 2, 3, 4, 5, 6].flatMap((number) => (number % 2 ? [step(number)] : [step(number), { kind: "validation", step: number }]));
  await appendMetrics(uninterrupted, ...all);

  await appendMetrics(file, ...all.filter((event) => event.step <= 5));
  await appendFile(file, '{"kind":"step","st'); // killed while writing
  await rewindMetrics(file, 4);
  expect(await readMetrics(file)).toEqual(all.filter((event) => event.step <= 4));
  await appendMetrics(file, ...all.filter((event) => event.step > 4));
  expect(await readFile(file, "utf8")).toBe(await readFile(uninterrupted, "utf8"));
});

test("rewinding to the last step cuts only an unfinished line, to step 0 everything", async () => {
  const file = path.join(folder, "ends.jsonl");
  await appendMetrics(file, step(1), step(2));
  await appendFile(file, "{");
  await rewindMetrics(file, 2);
  expect(await readMetrics(file)).toEqual([step(1), step(2)]);
  await rewindMetrics(file, 0);
  expect(await readFile(file, "utf8")).toBe("");
});

test("a run that stopped after the last step of an epoch repeats neither the step nor the epoch's event", async () => {
  const file = path.join(folder, "epoch.jsonl");
  const events = [
    { ...step(1), epoch: 0 },
    { ...step(2), epoch: 0 },
    { kind: "epoch", step: 2, epoch: 1 },
  ];
  await appendMetrics(file, ...events);
  await rewindMetrics(file, 2, 0);
  expect(await readMetrics(file)).toEqual(events.slice(0, 2));
});

test("a file that does not exist has no events and needs no cut", async () => {
  await rewindMetrics(path.join(folder, "absent.jsonl"), 3);
  expect(await readMetrics(path.join(folder, "absent.jsonl"))).toEqual([]);
});

test("a loss that is no number is written as null", async () => {
  const file = path.join(folder, "nan.jsonl");
  await appendMetrics(file, { ...step(1), losses: { gt: Number.NaN } } as never);
  expect(await readFile(file, "utf8")).toBe('{"kind":"step","step":1,"losses":{"gt":null}}\n');
});
