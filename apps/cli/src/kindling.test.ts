import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const bin = path.join(import.meta.dirname, "../bin/kindling.mjs");

/** Runs the command as a user does. */
function kindling(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [bin, ...words], { encoding: "utf8", env: { ...process.env, KINDLING_DEBUG: "" } });
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "kindling-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("--help lists the commands and ends with 0", () => {
  const { status, stdout, stderr } = kindling("--help");
  expect(stdout).toMatch(/Usage: kindling .*\n/);
  expect(stdout).toMatch(/^ +data /m);
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test.each([
  [["synthesise"], `kindling: unknown command "synthesise" (\`kindling --help\` lists them)\n`],
  [["dtaa"], `kindling: unknown command "dtaa"; did you mean "data"? (\`kindling --help\` lists them)\n`],
  [["data", "synthesise"], `kindling: unknown command "synthesise"; did you mean "synthesize"? (\`kindling data --help\` lists them)\n`],
  [
    ["data", "synthesize"],
    "kindling: DIR is missing: the folder to write; made when absent (`kindling data synthesize --help` says more)\n",
  ],
  [["--jsno"], "kindling: unknown option '--jsno'; did you mean --json?\n"],
])("%j is one sentence and ends with 2", (words, expected) => {
  expect(kindling(...words)).toEqual({ status: 2, stdout: "", stderr: expected, ...missing });
});

/** What spawnSync returns besides. */
const missing = { pid: expect.any(Number), output: expect.anything(), signal: null };

test("data synthesize --json prints one JSON line on standard output, and the files are there", () => {
  const folder = path.join(temporaryFolder(), "people");
  const { status, stdout, stderr } = kindling("data", "synthesize", folder, "count=2", "seed=3", "size=96x128", "--json");
  expect(stderr).toContain("drawing  2/2");
  expect(stdout.split("\n")).toHaveLength(2);
  const report = JSON.parse(stdout) as { samples: number; annotations: string; images: string };
  expect(report.samples).toBeGreaterThanOrEqual(2);
  expect(existsSync(report.annotations)).toBe(true);
  expect(existsSync(report.images)).toBe(true);
  expect(status).toBe(0);
});
