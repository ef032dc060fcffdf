import { expect, test } from "vitest";
import { type FileSummary, summaryLines, type TestSummary } from "./summaryLines.ts";

const passed: TestSummary = { name: "a.test.ts > adds", state: "passed" };
const failed: TestSummary = { name: "a.test.ts > divides", state: "failed" };
const skipped = (name: string, note?: string): TestSummary => ({ name, state: "skipped", ...(note === undefined ? {} : { note }) });

test("every adapter has a line with what it has and what became of its tests, and the last line is the sum", () => {
  const files: FileSummary[] = [
    { broken: false, tests: [passed, passed] },
    { adapter: "swiftshader", capabilities: "f16 no", broken: false, tests: [passed, failed] },
    { adapter: "llvmpipe", capabilities: "f16 yes", broken: false, tests: [passed] },
    { adapter: "llvmpipe", capabilities: "f16 yes", broken: true, tests: [] },
  ];
  expect(summaryLines(files, 1)).toEqual([
    "adapter: llvmpipe (2 test files; f16 yes): 1 passed, 1 failed, 0 skipped",
    "adapter: swiftshader (1 test file; f16 no): 1 passed, 1 failed, 0 skipped",
    "without an adapter (1 test file): 2 passed, 0 failed, 0 skipped",
    "4 passed, 3 failed, 0 skipped",
  ]);
});

test("skipped tests stand together by adapter and reason: what skip was called with, else the end of the name", () => {
  const timestamps = ["a", "b", "c", "d"].map((name) => skipped(`t.gpu.test.ts > ${name} (needs timestamp queries)`));
  const files: FileSummary[] = [
    { adapter: "swiftshader", broken: false, tests: [...timestamps, skipped("cast.gpu.test.ts > rounds", "the adapter has no f16")] },
    { broken: false, tests: [skipped("x.test.ts > draws")] },
  ];
  const lines = summaryLines(files, 0).filter((line) => line.startsWith("skipped"));
  expect(lines).toEqual([
    "skipped on swiftshader, 4, needs timestamp queries: t.gpu.test.ts > a (needs timestamp queries); " +
      "t.gpu.test.ts > b (needs timestamp queries); t.gpu.test.ts > c (needs timestamp queries); and 1 more",
    "skipped on swiftshader, 1, the adapter has no f16: cast.gpu.test.ts > rounds",
    "skipped, 1, for no reason that its name tells: x.test.ts > draws",
  ]);
});
