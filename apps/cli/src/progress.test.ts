import { expect, test, vi } from "vitest";
import { Progress } from "./progress.ts";

/** A progress on a stream that keeps what is written, and on a clock of our own. */
function recorded(isTTY: boolean, columns = 80): { progress: Progress; clock: { now: number }; written: () => string } {
  let text = "";
  const clock = { now: 0 };
  const progress = new Progress({ write: (part) => (text += part), isTTY, columns }, () => clock.now);
  return { progress, clock, written: () => text };
}

test("away from a terminal there is a plain line every ten seconds and one at the end", () => {
  const { progress, clock, written } = recorded(false);
  progress.begin("epoch 1", 100);
  for (let step = 1; step <= 100; step++) {
    clock.now = step * 250;
    progress.update(step, `loss ${step}`);
  }
  progress.end();
  expect(written().split("\n")).toEqual([
    "epoch 1  1/100  1 %  loss 1  ETA 0:25",
    "epoch 1  41/100  41 %  loss 41  ETA 0:15",
    "epoch 1  81/100  81 %  loss 81  ETA 0:05",
    "epoch 1  100/100  100 %  loss 100",
    "",
  ]);
});

test("on a terminal the row is rewritten in place, at most ten times a second, and never wraps", () => {
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("TERM", "xterm");
  const { progress, clock, written } = recorded(true, 20);
  progress.begin("drawing", 1000);
  for (let step = 1; step <= 10; step++) {
    clock.now = step * 20;
    progress.update(step);
  }
  progress.end();
  vi.unstubAllEnvs();
  const rows = ["drawing  1/1000  0 ", "drawing  6/1000  0 ", "drawing  10/1000  1"];
  expect(written()).toBe(`${rows.map((row) => `\r\u001b[K${row}`).join("")}\n`);
});

test("a note stands above the row, which stays", () => {
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("TERM", "xterm");
  const { progress, written } = recorded(true);
  progress.begin("drawing", 2);
  progress.update(1);
  progress.note("saved");
  vi.unstubAllEnvs();
  expect(written()).toBe("\r\u001b[Kdrawing  1/2  50 %  ETA 0:00\r\u001b[Ksaved\n\r\u001b[Kdrawing  1/2  50 %  ETA 0:00");
});

test("hours are shown when there are some", () => {
  const { progress, clock, written } = recorded(false);
  progress.begin("training", 1000);
  clock.now = 10_000;
  progress.update(1);
  expect(written()).toContain("ETA 2:46:30");
});

test("the time left follows from the steps of this run, not from those of an earlier one", () => {
  const { progress, clock, written } = recorded(false);
  progress.begin("training", 1000, 900);
  progress.update(900);
  clock.now = 20_000;
  progress.update(920);
  expect(written()).toBe("training  900/1000  90 %\ntraining  920/1000  92 %  ETA 1:20\n");
});
