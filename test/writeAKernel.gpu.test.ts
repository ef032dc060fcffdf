import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guideBlocks, insertLines } from "./guideFiles.ts";

const repository = path.resolve(import.meta.dirname, "..");
const blocks = guideBlocks(readFileSync(path.join(repository, "docs/write-a-kernel.md"), "utf8"));
const written = blocks.flatMap((block) => (block.kind === "file" ? [block.path] : []));

/** A copy of the sources with what the guide says to paste; its packages are found before the repository's. */
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), "kindling-guide-"));
  for (const name of [
    "packages",
    "apps",
    "test",
    ".gitignore",
    "biome.json",
    "package.json",
    "package-lock.json",
    "tsconfig.base.json",
    "tsconfig.json",
    "vitest.config.ts",
  ]) {
    cpSync(path.join(repository, name), path.join(copy, name), {
      recursive: true,
      filter: (from) => path.basename(from) !== "node_modules",
    });
  }
  mkdirSync(path.join(copy, "node_modules/@kindling"), { recursive: true });
  for (const name of readdirSync(path.join(repository, "node_modules"))) {
    if (name !== "@kindling" && !name.startsWith("."))
      symlinkSync(path.join(repository, "node_modules", name), path.join(copy, "node_modules", name));
  }
  for (const name of readdirSync(path.join(copy, "packages"))) {
    symlinkSync(path.join(copy, "packages", name), path.join(copy, "node_modules/@kindling", name));
  }
  for (const block of blocks) {
    const file = path.join(copy, block.path);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, block.kind === "file" ? block.text : insertLines(readFileSync(file, "utf8"), block.lines));
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("the guide names new files and the lists that they are entered in", () => {
  expect(written.length).toBeGreaterThan(5);
  expect(blocks.filter(({ kind }) => kind === "insertion").map((block) => block.path)).toEqual([
    "packages/kernels/src/index.ts",
    "packages/autograd/src/ops/index.ts",
    "packages/proof/src/cases/index.ts",
    "packages/proof/src/index.ts",
  ]);
});

test("what the guide says to paste passes the type checker and the linter", async () => {
  for (const name of ["kernels", "autograd", "proof"]) await expectSuccess("typescript/bin/tsc", "-p", `packages/${name}`);
  await expectSuccess("@biomejs/biome/bin/biome", "check", "--error-on-warnings", ...written);
});

test("what the guide says to paste passes its tests, and the op is covered", async () => {
  const tests = written.filter((file) => file.endsWith(".test.ts"));
  const output = await expectSuccess("vitest/vitest.mjs", "run", ...tests, "packages/proof/src/coverage.test.ts");
  for (const file of tests) expect(output).toContain(file);
});

/** Runs a program of node_modules in the copy; fails with what it printed. */
async function expectSuccess(program: string, ...options: readonly string[]): Promise<string> {
  // Not NODE_OPTIONS and the like of the runner that runs this test.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")));
  const child = spawn(process.execPath, [path.join(repository, "node_modules", program), ...options], {
    cwd: copy,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 200_000,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${output}`);
  return output;
}
