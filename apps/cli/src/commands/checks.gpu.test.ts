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
  expect(report.cases).toContainEqual({
    name: "ops/act_relu",
    error: 0,
    bound: 2e-5,
    worst: "output",
    pass: true,
    tensors: { output: 0, grad_x: 0 },
  });
  expect(report.failed).toBe(0);
  for (const { name } of report.unsupported) expect(stderr).toContain(name);
  expect(status).toBe(0);
});

test("verify shows every case with its error, its bound and the ratio of both, and ends with the worst", () => {
  const { status, stdout } = kindling(["verify", "only=ops/act_relu"]);
  expect(stdout).toMatch(/^case +error +bound +error ÷ bound +pass\nops\/act_relu +0\S+ +2\.0e-5 +0\.000 +yes\n\n/);
  expect(stdout).toMatch(/\n\d+ passed, 0 failed.*, on \S+\nworst error ÷ bound: 0\S+, \w+, ops\/act_relu, on \S+\n$/);
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

test("gradcheck shows a table of the ops that were asked for, ending with the worst error, and names the nearest of one that is unknown", () => {
  const { status, stdout } = kindling(["gradcheck", "concatChannels", "add"]);
  expect(stdout).toMatch(/^op +case +variants +dtype +output ÷ bound +gradients ÷ bound +pass\n/);
  expect(stdout).toMatch(/\nconcatChannels +.* plain +f32 +\S+ +part0 \S+ .*yes\n/);
  expect(stdout).toMatch(/\nadd +.* plain +f32 +\S+ +a \S+ +b \S+ +yes\n/);
  expect(stdout).toMatch(
    /\n\d+ passed, 0 failed, on \S+\nworst error ÷ bound: \S+, [\w ]+, (add|concatChannels) .*, (plain|fastest), f(32|16), on \S+\n$/,
  );
  expect(status).toBe(0);
  const unknown = kindling(["gradcheck", "conv2"]);
  expect(unknown).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining('unknown op "conv2"; did you mean "conv2d"?') });
});

test("gradcheck takes PyTorch's names, says which kernels ran, and checks f16 where the adapter has it or says that it has none", () => {
  const { status, stdout, stderr } = kindling(["gradcheck", "max_pool2d", "--json"]);
  expect(status).toBe(0);
  const { cases, f16, worst, failed, lookAt } = JSON.parse(stdout) as {
    cases: { op: string; dtype: string; variants: string; kernels: unknown }[];
    f16: boolean;
    worst: unknown;
    failed: number;
    lookAt: unknown;
  };
  expect([failed, lookAt]).toEqual([0, []]);
  expect(new Set(cases.map(({ op }) => op))).toEqual(new Set(["maxPool2d"]));
  expect(cases[0]?.kernels).toEqual({ output: ["maxPool2d/scalar"], gradients: { x: ["maxPool2dInputGrad/scalar"] } });
  expect(worst).toMatchObject({ op: "maxPool2d", of: expect.stringMatching(/^output$|^gradient of x$/), ratio: expect.any(Number) });
  expect(cases.some(({ dtype }) => dtype === "f16")).toBe(f16);
  expect(stderr.match(/f16 was left out/g) ?? []).toHaveLength(f16 ? 0 : 1);

  const half = kindling(["gradcheck", "relu", "dtype=f16"]);
  if (f16) expect(half.stdout).toMatch(/\nrelu +\S+ +plain +f16 /);
  else expect(half).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/dtype=f16: \S+ has no f16/) });
  expect(half.stdout).not.toMatch(/ f32 /);
});

test("show-wgsl numbers the lines of every variant of an op's shaders, forward first, plain first", () => {
  const { status, stdout } = kindling(["show-wgsl", "relu"]);
  const titles = stdout.split("\n").filter((line) => /^\w+\/\w+, /.test(line));
  expect(titles.map((title) => title.split(" of ")[0])).toEqual([
    "relu/scalar, forward",
    "relu/vector, forward",
    "reluGrad/scalar, backward",
    "reluGrad/vector, backward",
  ]);
  expect(stdout).toMatch(/^relu\/scalar.*\n 1 \| struct Uniforms \{\n 2 \| {3}size: u32,\n/);
  expect(stdout).toMatch(/\n\d+ \| @compute @workgroup_size\(64\)\n\d+ \| fn main\(/);
  expect(status).toBe(0);
});

test("show-wgsl takes PyTorch's names, kernels, a variant, a storage type and a case", () => {
  const shaders = (...words: string[]) => {
    const { status, stdout } = kindling(["show-wgsl", ...words, "--json"]);
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { source: string; shaders: { kernel: string; variant: string; case: string; source: string }[] };
    expect(report.source).toBe(report.shaders.map(({ source }) => source).join("\n\n"));
    return report.shaders;
  };
  expect(new Set(shaders("max_pool2d", "variant=plain").map(({ kernel, variant }) => `${kernel}/${variant}`))).toEqual(
    new Set(["maxPool2d/scalar", "maxPool2dInputGrad/scalar"]),
  );
  expect(shaders("reluGrad", "variant=vector")).toMatchObject([
    { kernel: "reluGrad", source: expect.stringContaining("dy: array<vec4<f32>>") },
  ]);
  expect(shaders("relu", "dtype=f16", "variant=plain")[0]?.source).toMatch(/^enable f16;[\s\S]*x: array<f16>/);
  const vectorCase = shaders("relu")[1]!.case;
  expect(shaders("relu", `case=${vectorCase}`, "variant=fastest").map(({ variant }) => variant)).toEqual(["vector", "vector"]);
  expect(shaders("relu", "case=[1]").map(({ variant }) => variant)).toEqual(["scalar", "scalar"]);
  expect(shaders("adamw")).toMatchObject([{ kernel: "adamw", source: expect.stringContaining("expAvg") }]);
});

test("show-wgsl refuses what there is not with status 2 and one sentence that names the nearest", () => {
  for (const [words, expected] of [
    [["rellu"], 'unknown op or kernel "rellu"; did you mean "relu"?'],
    [["relu", "variant=vectr"], 'relu has no variant "vectr"; did you mean "vector"? (there are scalar, vector; plain, fastest)'],
    [["relu", "variant=vector", "case=[1]"], "variant vector"],
    [["relu", "dtype=f64"], 'dtype must be one of f32, f16; got "f64"'],
    [["relu", "case=[1]]"], 'relu has no case "[1]]"; did you mean "[1]"?'],
    [["adamw", "dtype=f16"], "adamwUpdate takes no f16: what it overwrites is f32"],
  ] as const) {
    const { status, stdout, stderr } = kindling(["show-wgsl", ...words]);
    expect(stderr).toContain(expected);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  }
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
