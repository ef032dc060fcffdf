import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** `.ci/run` of this repository where npm does what the script `npm` says, and where no package of the system can be had. */
function run(npm: string): { readonly status: number | null; readonly lines: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "kindling-ci-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of [".ci", "bin", "cache"]) mkdirSync(join(folder, name));
  copyFileSync(new URL("../.ci/run", import.meta.url), join(folder, ".ci/run"));
  for (const [name, text] of Object.entries({ npm, "apt-get": "exit 1" })) {
    writeFileSync(join(folder, "bin", name), `#!/usr/bin/env bash\n${text}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  const env = { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`, XDG_CACHE_HOME: join(folder, "cache") };
  const { status, stdout } = spawnSync("bash", [join(folder, ".ci/run")], { encoding: "utf8", env });
  return { status, lines: stdout.trimEnd().split("\n") };
}

const summary = "adapter: swiftshader (1 test file; f16 no): 1 passed, 0 failed, 0 skipped";

test.skipIf(process.platform === "win32")("where all passes, it says so at the end, and what was left out", () => {
  const { status, lines } = run(`[ "$1" = ci ] || echo "${summary}"`);
  expect(status).toBe(0);
  expect(lines.slice(-6)).toEqual([
    "== what ran where",
    summary,
    "f16 was tested on no software adapter: lavapipe could not be had here",
    "subgroup matrices were tested on no adapter: Debian sid's lavapipe could not be had here",
    "",
    "== passed",
  ]);
});

test.skipIf(process.platform === "win32")(
  "where a step fails, its last lines name the step, its exit status and every failure that it told of, once",
  () => {
    const told = [
      "failed: a.test.ts > adds: AssertionError: expected 1 to be 2",
      "packages/gpu/src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
      "packages/gpu/src/a.ts:40:5 lint/correctness/noUnusedVariables  FIXABLE  ━━━━━━━━━━",
      "packages/gpu/src/b.ts format ━━━━━━━━━━",
      'packages/gpu/src/a.ts:40: imports "node:fs", which no browser has; move that part to a *.node.ts file',
      "Failed:    //#vitest",
    ];
    const printed = ["a test failed: or so it seems", ...told, ...told, summary].map((line) => `\x1b[31m${line}\x1b[39m`);
    const { status, lines } = run(`[ "$1" = ci ] || { cat <<'END'\n${printed.join("\n")}\nEND\nexit 3; }`);
    expect(status).toBe(1);
    expect(lines.slice(lines.indexOf("== what failed in: npm test"))).toEqual([
      "== what failed in: npm test",
      ...told,
      "",
      "== FAILED",
      "npm test: exit status 3",
    ]);
  },
);

test.skipIf(process.platform === "win32")(
  "a step that dies without a word shows its last lines, and nothing follows an npm ci that fails",
  () => {
    const { status, lines } = run(`for i in $(seq 20); do echo "line $i"; done; kill -9 $$`);
    expect(status).toBe(1);
    expect(lines.filter((line) => line.startsWith("== "))).toEqual(["== npm ci", "== what failed in: npm ci", "== FAILED"]);
    expect(lines.slice(lines.indexOf("== what failed in: npm ci"))).toEqual([
      "== what failed in: npm ci",
      ...Array.from({ length: 15 }, (_, i) => `line ${i + 6}`),
      "",
      "== FAILED",
      "npm ci: exit status 137: it was killed, because it took too long or memory ran out",
    ]);
  },
);
