import { expect, test } from "vitest";
import { peerTask } from "../testing/peerTask.ts";
import { comparedSteps, peerEntry } from "./peerEntry.ts";

const patient = { patience: 60, seconds: 60, signal: new AbortController().signal };
const peer = { name: "a peer", file: "peer.mjs", backend: "webgpu", tasks: ["step"] } as const;

test("a peer's own time counts where it measures itself; what it rounds to is told", async () => {
  const task = await peerTask(`
    let runs = 0;
    export const createPeer = async () => ({ version: "1", reduced: true, run: async () => ({ milliseconds: 1e6 + runs, result: ++runs }) });`);
  using entry = await peerEntry(peer, task, patient);
  expect(entry).toMatchObject({ name: "a peer", version: "1", reduced: true, firstMilliseconds: 1e6, results: [1, 2, 3] });
  expect(entry.results).toHaveLength(comparedSteps);
  expect(await entry.sample()).toBe(1e6 + comparedSteps);
});

test("a slow peer makes two steps to be compared by, and is timed all the same", async () => {
  const task = await peerTask(`
    let runs = 0;
    export const createPeer = async () => ({ version: "1", run: async () => ++runs });`);
  using entry = await peerEntry(peer, task, { ...patient, seconds: 0 });
  expect(entry.results).toEqual([1, 2]);
  expect(await entry.sample()).toBeGreaterThanOrEqual(0);
});

test("a peer that crashes when it is timed has no more samples, and says why", async () => {
  const task = await peerTask(`
    let runs = 0;
    export const createPeer = async () => ({
      version: "1",
      async run() {
        if (++runs > 4) throw new Error("out of memory");
        return runs;
      },
    });`);
  using entry = await peerEntry(peer, task, patient);
  expect(await entry.sample()).toBeGreaterThanOrEqual(0);
  expect(entry.problem()).toBeUndefined();
  expect([await entry.sample(), await entry.sample()]).toEqual([Number.NaN, Number.NaN]);
  expect(entry.problem()).toBe("out of memory");
});
