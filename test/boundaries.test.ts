import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const script = path.join(import.meta.dirname, "boundaries.mjs");

/** Runs the check on a repository of these files; returns its exit status and the lines it printed. */
function check(files: Readonly<Record<string, string>>): { status: number | null; lines: readonly string[] } {
  const root = mkdtempSync(path.join(tmpdir(), "kindling-boundaries-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  return { status, lines: stderr.split("\n").filter((line) => line !== "") };
}

test("imports along the arrows pass", () => {
  const { status, lines } = check({
    "packages/gpu/src/index.ts": `export * from "./device.ts";`,
    "packages/gpu/src/device.ts": `export const buffer = (gpu: GPUDevice): GPUBuffer => gpu.createBuffer({ size: 4, usage: 8 });`,
    "packages/gpu/src/dawn.node.ts": `import { create } from "webgpu";\nimport fs from "node:fs";`,
    "packages/kernels/src/a.wgsl.ts": `import { type Device } from "@kindling/gpu";\nexport const a = \`@compute @workgroup_size(1) fn main() {}\`;`,
    "packages/kernels/src/a.test.ts": `import { checkKernel } from "@kindling/proof";\nimport { d } from "@kindling/pose";\nimport path from "node:path";`,
    "packages/trainer/src/train.ts": `import { a } from "@kindling/gpu";\nimport { b } from "@kindling/data";\nimport { z } from "zod";`,
    "packages/data/src/decode.worker.node.ts": `import sharp from "sharp";\nimport { c } from "@kindling/pose";`,
    "packages/proof/src/index.ts": `export type { Model } from "@kindling/models";`,
    "apps/cli/src/main.ts": `import "@kindling/proof";\nimport process from "node:process";`,
    "apps/viewer/build.mjs": `import { build } from "esbuild";\nimport path from "node:path";`,
  });
  expect(lines).toEqual([]);
  expect(status).toBe(0);
});

test.each([
  ["against the arrows", "packages/gpu/src/a.ts", `\nimport { x } from "@kindling/kernels";`, "2: imports @kindling/kernels, against"],
  [
    "between the two branches",
    "packages/data/src/a.ts",
    `import { x } from "@kindling/gpu";`,
    "1: imports @kindling/gpu, against the arrows",
  ],
  ["that is only a type", "packages/pose/src/a.ts", `import type { X } from "@kindling/data";`, "1: imports @kindling/data"],
  ["through a re-export", "packages/models/src/a.ts", `export { x } from "@kindling/trainer";`, "1: imports @kindling/trainer"],
  ["inside a call", "packages/models/src/a.ts", `const x = await import("@kindling/trainer");`, "1: imports @kindling/trainer"],
  ["of another branch outside a test", "packages/kernels/src/a.ts", `import { x } from "@kindling/pose";`, "against the arrows"],
  ["of what proof does not see", "packages/kernels/src/a.test.ts", `import { x } from "@kindling/trainer";`, "against the arrows"],
  ["of proof outside a test", "packages/kernels/src/a.ts", `import { x } from "@kindling/proof";`, "only tests and apps"],
  ["of a package's inside", "apps/cli/src/a.ts", `import { x } from "@kindling/gpu/src/device.ts";`, "by its name alone"],
  ["by a path that leaves the package", "packages/kernels/src/a.ts", `import "../../gpu/src/device.ts";`, "leaves packages/kernels"],
  ["of its own package", "packages/gpu/src/a.ts", `import { x } from "@kindling/gpu";`, "its own package"],
  ["of an app", "apps/viewer/src/a.ts", `import { x } from "@kindling/cli";`, "an app"],
  ["of node outside *.node.ts", "packages/data/src/a.ts", `import fs from "node:fs/promises";`, `imports "node:fs/promises"`],
  ["of node without its prefix", "packages/data/src/a.ts", `import fs from "fs";`, `imports "fs"`],
  ["of sharp in the viewer", "apps/viewer/src/a.tsx", `import sharp from "sharp";`, `imports "sharp"`],
  ["on several lines", "packages/gpu/src/a.ts", `import {\n  x,\n  y as z,\n} from "@kindling/pose";`, "4: imports @kindling/pose"],
])("an import %s is a violation", (_, file, text, message) => {
  const { status, lines } = check({ [file]: text });
  expect(lines[0]).toContain(`${file}:`);
  expect(lines[0]).toContain(message);
  expect(status).toBe(1);
});

test.each([
  ["a device method", "packages/autograd/src/a.ts", "device.gpu.createBuffer({ size: 4 });", "GPUDevice.createBuffer"],
  ["a device method in a test", "packages/kernels/src/a.test.ts", "await gpu.createComputePipelineAsync(x);", "createComputePipelineAsync"],
  ["a shader", "packages/autograd/src/a.ts", "const s = `${head}@compute fn main() {}`;", "contains WGSL"],
])("%s outside its package is a violation", (_, file, text, message) => {
  const { status, lines } = check({ [file]: text });
  expect(lines[0]).toContain(message);
  expect(status).toBe(1);
});

test("comments, strings, templates and regular expressions are not taken for code", () => {
  const { lines } = check({
    "packages/pose/src/a.ts": [
      `// import { x } from "@kindling/data";`,
      `/* gpu.createBuffer( @compute */`,
      "const quoted = \"import x from 'sharp'\" + 'it\\'s';",
      `const pattern = /["'\`/*]/.test(quoted) ? 4 / 2 : 1;`,
      "const nested = `a ${[{ b: `import 'webgpu' ${pattern}` }].length} c`;",
      "const createBuffer = (n: number): number => n;",
      "export const made: number = createBuffer(1);",
    ].join("\n"),
  });
  expect(lines).toEqual([]);
});

test("code after a nested template is still read", () => {
  const { lines } = check({ "packages/pose/src/a.ts": "const t = `a ${`b ${1}`} c`;\nimport sharp from 'sharp';" });
  expect(lines[0]).toContain("a.ts:2: ");
});

test("files that import each other in a circle are reported once, with the way round", () => {
  const { lines } = check({
    "packages/pose/src/a.ts": `import { b } from "./b.ts";`,
    "packages/pose/src/b.ts": `export { c } from "./deep/c.ts";`,
    "packages/pose/src/deep/c.ts": `import { a } from "../a.ts";`,
  });
  expect(lines[0]).toContain("packages/pose/src/a.ts → packages/pose/src/b.ts → packages/pose/src/deep/c.ts → packages/pose/src/a.ts");
  expect(lines).toHaveLength(2);
});

test("a circle closed by a type alone is allowed", () => {
  const { lines } = check({
    "packages/pose/src/a.ts": `import { b } from "./b.ts";`,
    "packages/pose/src/b.ts": `import type { A } from "./a.ts";`,
  });
  expect(lines).toEqual([]);
});

test("a package that nobody placed in the arrows is a violation", () => {
  expect(check({ "packages/extra/src/index.ts": "export {};" }).lines[0]).toContain("packages/extra: has no place in the arrows");
});
