import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";

/** A pack whose `kindling` does what this script does, started as run-all.sh starts it. */
async function runAll(script: string, ...words: readonly string[]) {
  const root = mkdtempSync(path.join(tmpdir(), "kindling-pack-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(path.join(root, "apps/cli/dist"), { recursive: true });
  writeFileSync(path.join(root, "package.json"), `{"type":"module"}`);
  writeFileSync(path.join(root, "apps/cli/dist/main.js"), script);
  writeFileSync(path.join(root, "packed.json"), `{"commit":"abc"}`);
  const outfile = path.join(root, "main.mjs");
  await build({ entryPoints: [path.join(import.meta.dirname, "main.ts")], outfile, bundle: true, format: "esm", platform: "node" });
  const out = path.join(root, "out");
  const { status, stdout, stderr } = spawnSync(process.execPath, [outfile, `--out=${out}`, ...words], {
    encoding: "utf8",
    env: { PATH: "/nowhere:/usr/bin:/bin", KINDLING_PACK: root, KINDLING_ADAPTER: "none" },
  });
  return { status, stdout, stderr, out };
}

const oneFails = `
const [command] = process.argv.slice(2);
if (command === "verify") { console.error("it broke"); process.exit(1); }
console.log(JSON.stringify({ cases: [{ pass: true }], failed: 0, unsupported: [], adapter: "fake", worst: {} }));`;

test("a step that fails stops none of the next, and the summary says so", async () => {
  const { status, out } = await runAll(oneFails, "doctor", "verify", "gradcheck");
  expect(status).toBe(1);
  expect(readdirSync(out).sort()).toEqual(["results.tar.gz", "summary.json", "summary.md"]);
  const { steps, packed } = JSON.parse(readFileSync(path.join(out, "summary.json"), "utf8"));
  expect(packed).toEqual({ commit: "abc" });
  expect(steps.map(({ name, result }: { name: string; result: string }) => [name, result])).toEqual([
    ["doctor", "passed"],
    ["verify", "failed"],
    ["gradcheck", "passed"],
  ]);
  const summary = readFileSync(path.join(out, "summary.md"), "utf8");
  expect(summary).toContain("FAILED: verify");
  expect(summary).toContain("it broke");
  expect(summary).toContain("1 checks passed, 0 failed, on fake");
  const { stdout } = spawnSync("tar", ["-tzf", path.join(out, "results.tar.gz")], { encoding: "utf8" });
  expect(stdout).toContain("./gradcheck/gradcheck.json");
});

test("what no time is left for is not begun", async () => {
  const { status, out } = await runAll(oneFails, "doctor", "gradcheck", "--minutes=0.01");
  expect(readFileSync(path.join(out, "summary.md"), "utf8")).toContain("| gradcheck | not begun | 0.0 | no time was left |");
  expect(status).toBe(1);
});

test("a step that does not exist is refused with those that do", async () => {
  const { status, stderr } = await runAll(oneFails, "bench");
  expect(stderr).toMatch(/^there is no step "bench"; there are check, speed, training, system, doctor, /);
  expect(status).toBe(2);
});
