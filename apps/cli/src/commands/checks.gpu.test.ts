import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const bin = path.join(import.meta.dirname, "../../bin/kindling.mjs");

/** Runs the command as a user does. */
function kindling(words: readonly string[], env: NodeJS.ProcessEnv = {}): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [bin, ...words], { encoding: "utf8", env: { ...process.env, KINDLING_DEBUG: "", ...env } });
}

test("verify prints one JSON line with every case that was chosen, and ends with 0", () => {
  const { status, stdout, stderr } = kindling(["verify", "only=ops/act_", "--json"]);
  expect(stdout.split("\n")).toHaveLength(2);
  const report = JSON.parse(stdout) as { cases: unknown[]; failed: number; unsupported: { name: string }[] };
  expect(report.cases).toContainEqual({ name: "ops/act_relu", error: 0, bound: 2e-5, pass: true, tensors: { output: 0, grad_x: 0 } });
  expect(report.failed).toBe(0);
  for (const { name } of report.unsupported) expect(stderr).toContain(name);
  expect(status).toBe(0);
});

test("verify refuses folders without reference values and prefixes that nothing has, with status 2 and one sentence", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kindling-golden-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [word, expected] of [
    [`golden=${folder}`, "holds no reference values"],
    [`golden=${folder}/none`, "there is no file or folder"],
    [`golden=${bin}`, "is no folder"],
    ["only=opz", 'no case begins with "opz"; there are ops, '],
  ] as const) {
    const { status, stdout, stderr } = kindling(["verify", word]);
    expect(stderr).toContain(expected);
    // Dawn itself warns about limits of some drivers.
    expect(
      stderr
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("Warning: max")),
    ).toHaveLength(1);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  }
});

test("gradcheck shows a table of the ops that were asked for, and names the nearest of one that is unknown", () => {
  const { status, stdout } = kindling(["gradcheck", "concatChannels", "add"]);
  expect(stdout).toMatch(/^op +case +variants +output ÷ bound +gradients ÷ bound +pass\n/);
  expect(stdout).toMatch(/\nconcatChannels +4 \+ 8 channels +plain /);
  expect(stdout).toMatch(/\nadd +\[1\] +plain /);
  expect(status).toBe(0);
  const unknown = kindling(["gradcheck", "conv2"]);
  expect(unknown).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining('unknown op "conv2"; did you mean "conv2d"?') });
});

test("doctor names the adapter and ends with 0, or says that there is none, with what to do, and ends with 1", () => {
  const found = kindling(["doctor", "--json"]);
  const system = JSON.parse(found.stdout) as Record<string, unknown>;
  for (const key of ["adapter", "backend", "software", "features", "limits", "memory", "problems"]) expect(system).toHaveProperty(key);
  expect(typeof system.adapter).toBe("string");
  expect(found.status).toBe(0);
  expect(kindling(["doctor"]).stdout).toContain(system.adapter);

  const none = kindling(["doctor"], { KINDLING_ADAPTER: "an adapter that nobody has" });
  expect(none.stdout).toContain("→ unset KINDLING_ADAPTER");
  expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining("no adapter can be opened") });
});
