import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// A run of vitest's own on files that fail in every way there is, with the pool and the reporter of this repository.
const folder = mkdtempSync(join(tmpdir(), "kindling-summary-"));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const files = {
  "vitest.config.ts": `
    import { observedForks } from ${JSON.stringify(here("observedForks.ts"))};
    import { SummaryReporter } from ${JSON.stringify(here("summaryReporter.ts"))};
    const ends = new Map();
    export default { test: { reporters: [new SummaryReporter(ends)], pool: observedForks(ends), globals: true, include: ["*.test.js"], maxWorkers: 2 } };`,
  // Half a second passes before it dies, because what tests report goes to the main process in portions.
  "dies.test.js": `
    test("first", () => new Promise((resolve) => setTimeout(resolve, 500)));
    test("second", () => new Promise(() => process.kill(process.pid, "SIGSEGV")));
    test("third", () => {});`,
  "killed.test.js": `process.kill(process.pid, "SIGKILL");`,
  "broken.test.js": `import "./nothing.js";`,
  "fails.test.js": `test("counts", () => expect([1, 2]).toEqual([1]));`,
  "leaks.test.js": `test("passes", () => void Promise.reject(new RangeError("nobody listens")));`,
  "passes.test.js": `test("passes", () => {}); test.skip("waits (for no reason)", () => {});`,
};
let status: number | null = null;
let lines: readonly string[] = [];

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const vitest = here("../node_modules/vitest/vitest.mjs");
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  const run = spawnSync(process.execPath, [vitest, "run"], { cwd: folder, encoding: "utf8", env: Object.fromEntries(environment) });
  ({ status } = run);
  lines = run.stdout.split("\n");
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("a file whose process dies is named, with the signal and the tests that have no result", () => {
  expect(lines).toContain("failed: dies.test.js: its process was ended by SIGSEGV; 2 of its 3 tests have no result: second; third");
  expect(lines).toContain(
    "failed: killed.test.js: its process was ended by SIGKILL, which the system sends where memory runs out; it told of no test",
  );
});

test("a test that fails, a file that is broken and an error outside any test are named with what they say", () => {
  expect(lines).toContainEqual(expect.stringMatching(/^failed: fails\.test\.js > counts: AssertionError: expected \[ 1, 2 \]/));
  expect(lines).toContainEqual(expect.stringMatching(/^failed: broken\.test\.js: Error: .*nothing\.js/));
  expect(lines).toContainEqual("failed: outside any test, while leaks.test.js ran: RangeError: nobody listens");
});

test("each failure is counted once, and nothing else is called one", () => {
  expect(status).toBe(1);
  expect(lines).toContain("3 passed, 5 failed, 1 skipped");
  expect(lines.filter((line) => /passes\.test\.js/.test(line))).toEqual([
    "skipped, 1, for no reason: passes.test.js > waits (for no reason)",
  ]);
});
