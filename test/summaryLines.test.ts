import { expect, test } from "vitest";
import { type FileSummary, summaryLines, type TestSummary } from "./summaryLines.ts";

const passed: TestSummary = { name: "adds", state: "passed" };
const failed: TestSummary = { name: "divides", state: "failed", error: "AssertionError: expected 2 to be 3\n\n- Expected\n+ Received" };
const pending = (name: string): TestSummary => ({ name, state: "pending" });
const skipped = (name: string, note?: string): TestSummary => ({ name, state: "skipped", ...(note === undefined ? {} : { note }) });

test("every adapter has a line with what it has and what became of its tests, and the last line is the sum", () => {
  const files: FileSummary[] = [
    { name: "a.test.ts", errors: [], tests: [passed, passed] },
    { name: "b.test.ts", adapter: "swiftshader", capabilities: "f16 no", errors: [], tests: [passed, failed] },
    { name: "c.test.ts", adapter: "llvmpipe", capabilities: "f16 yes", errors: [], tests: [passed] },
    { name: "d.test.ts", adapter: "llvmpipe", capabilities: "f16 yes", errors: ["no module"], tests: [] },
  ];
  expect(summaryLines(files, ["outside any test: gone"]).filter((line) => !line.startsWith("failed"))).toEqual([
    "adapter: llvmpipe (2 test files; f16 yes): 1 passed, 1 failed, 0 skipped",
    "adapter: swiftshader (1 test file; f16 no): 1 passed, 1 failed, 0 skipped",
    "without an adapter (1 test file): 2 passed, 0 failed, 0 skipped",
    "4 passed, 3 failed, 0 skipped",
  ]);
});

test("skipped tests stand together by adapter and reason: what skip was called with, else the end of the name", () => {
  const timestamps = ["a", "b", "c", "d"].map((name) => skipped(`${name} (needs timestamp queries)`));
  const files: FileSummary[] = [
    { name: "t.gpu.test.ts", adapter: "swiftshader", errors: [], tests: [...timestamps, skipped("rounds", "the adapter has no f16")] },
    { name: "x.test.ts", errors: [], tests: [skipped("draws")] },
  ];
  const lines = summaryLines(files, []).filter((line) => line.startsWith("skipped"));
  expect(lines).toEqual([
    "skipped on swiftshader, 4, needs timestamp queries: t.gpu.test.ts > a (needs timestamp queries); " +
      "t.gpu.test.ts > b (needs timestamp queries); t.gpu.test.ts > c (needs timestamp queries); and 1 more",
    "skipped on swiftshader, 1, the adapter has no f16: t.gpu.test.ts > rounds",
    "skipped, 1, for no reason that its name tells: x.test.ts > draws",
  ]);
});

test("a line says of each failure where it was and what it said first, cut where that is long", () => {
  const files: FileSummary[] = [
    { name: "a.test.ts", errors: [], tests: [passed, failed, { name: "says nothing", state: "failed" }] },
    { name: "b.test.ts", errors: [`\n${"long ".repeat(100)}`], tests: [] },
    { name: "c.test.ts", errors: [], unfinished: "it died", tests: [passed, ...["p", "q", "r", "s"].map(pending)] },
    { name: "d.test.ts", errors: [], unfinished: "it died", tests: [] },
    { name: "e.test.ts", errors: [], unfinished: "it died", tests: [passed] },
  ];
  expect(summaryLines(files, ["outside any test: gone\n  at e.ts"]).filter((line) => line.startsWith("failed"))).toEqual([
    "failed: a.test.ts > divides: AssertionError: expected 2 to be 3",
    "failed: a.test.ts > says nothing: without an error",
    `failed: b.test.ts: ${"long ".repeat(60)}…`,
    "failed: c.test.ts: it died; 4 of its 5 tests have no result: p; q; r; and 1 more",
    "failed: d.test.ts: it died; it told of no test",
    "failed: e.test.ts: it died; its 1 test was done",
    "failed: outside any test: gone",
  ]);
});
