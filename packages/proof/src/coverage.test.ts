import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as autograd from "@kindling/autograd";
import { type LoweredNode, lower, type Op, type Vjp } from "@kindling/autograd";
import type { Capabilities } from "@kindling/gpu";
import * as kernels from "@kindling/kernels";
import { bindingTypes, fastestVariant, type Kernel } from "@kindling/kernels";
import { expect, onTestFinished, test, vi } from "vitest";
import * as proof from "./index.ts";
import { kernelsAmong, type OpCase, type OpFamily, opCases, opFamilies, storageOf, variantsNotRun } from "./index.ts";
import { outputsOf, recordCase } from "./recordCase.ts";

const packages = path.resolve(import.meta.dirname, "../..");
const gpuTests = readdirSync(packages, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".gpu.test.ts") && !file.includes("node_modules"))
  .map((file) => usedText(readFileSync(path.join(packages, file), "utf8")));
const exportedOps = Object.values<unknown>(autograd).filter(isOp);
const exportedKernels = kernelsAmong(kernels);
/** What programs of the cases do, forward and backward, with operands stored in each type. */
const lowered = opCases.flatMap(loweredNodes);

test("every differentiable op that is exported is recorded by some case that gradcheck runs", () => {
  const recorded = new Set(lowered.map(({ node }) => node.op.name));
  expect(exportedOps.length).toBeGreaterThan(20);
  const withoutOperands = new Set(["fill"]);
  const differentiable = exportedOps.filter(({ name, vjp }) => typeof vjp === "function" && !withoutOperands.has(name));
  expect(differentiable.map(({ name }) => name).filter((name) => !recorded.has(name))).toEqual([]);
});

test("every gradient that an op gives is asked for by some case, in f32 or f16", () => {
  const [given, asked] = [new Set<string>(), new Set<string>()];
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  for (const op of exportedOps) {
    const { vjp } = op;
    if (typeof vjp !== "function") continue;
    vi.spyOn(op as { vjp: Vjp<unknown> }, "vjp").mockImplementation((node, cotangents, needed) => {
      const all = vjp(
        node,
        cotangents,
        needed.map(() => true),
      );
      for (const [i, gradient] of all.entries()) {
        if (gradient) given.add(`${op.name}, operand ${i}`);
        if (needed[i]) asked.add(`${op.name}, operand ${i}`);
      }
      return vjp(node, cotangents, needed);
    });
  }
  for (const opCase of opCases) for (const dtype of dtypesOf(opCase)) recordCase(opCase, dtype);
  expect(given.size).toBeGreaterThan(50);
  expect([...given].filter((gradient) => !asked.has(gradient))).toEqual([]);
});

test("every op and kernel that a file declares is exported, so that the tests here see it, under a name of its own", () => {
  const declared = (folder: string): readonly string[] =>
    sourcesOf(folder).flatMap((text) =>
      [...text.matchAll(/\bconst (\w+)(?:: (?:Op|Kernel)<| = defineKernel\()/g)].map(([, name]) => name!),
    );
  const exported = new Set([...Object.keys(autograd), ...Object.keys(kernels)]);
  const all = [...declared("autograd/src"), ...declared("kernels/src")];
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter((name) => !exported.has(name))).toEqual([]);
  for (const names of [exportedOps.map(({ name }) => name), exportedKernels.map(({ kernel }) => kernel.name)]) {
    expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
  }
});

test("every other op that is exported is recorded by a case, as a gradient for one, or named in the body of a test that runs on an adapter", () => {
  const recorded = new Set(lowered.map(({ node }) => node.op.name));
  const others = exportedOps.filter(({ vjp }) => typeof vjp !== "function").map(({ name }) => name);
  expect(others.filter((name) => !recorded.has(name) && !gpuTests.some((text) => namesWord(text, name)))).toEqual([]);
});

test("every op that has cases is a family, which makes random ones too and is proved by a test that runs on an adapter", () => {
  const families = new Set(opFamilies.map(({ op }) => op));
  expect(new Set(opCases.map(({ op }) => op).filter((op) => !families.has(op)))).toEqual(new Set());
  expect(opFamilies.filter(({ random }) => typeof random !== "function").map(({ op }) => op)).toEqual([]);
  const strangers = opFamilies.flatMap(({ op, cases }) => cases.filter((one) => one.op !== op).map(({ name }) => `${op} ${name}`));
  expect(strangers).toEqual([]);
  expect(opFamilies.filter(({ cases }) => cases.length === 0).map(({ op }) => op)).toEqual([]);

  const proved = gpuTests.flatMap((text) => [...text.matchAll(/await proveOp\(([^)]*)\)/g)].map(([, families]) => families!)).join(" ");
  const ofProvedExports = Object.entries<unknown>(proof)
    .filter(([name]) => name !== "opFamilies" && namesWord(proved, name))
    .flatMap(([, value]) => [value].flat())
    .filter(isFamily);
  expect(opFamilies.filter((family) => !ofProvedExports.includes(family)).map(({ op }) => op)).toEqual([]);
});

test("a case that is checked in f16 has an operand that is stored so", () => {
  const vacuous = opCases.filter(({ f32Only, inputs }) => f32Only === undefined && !inputs.some((one) => storageOf(one, "f16") === "f16"));
  expect(vacuous.map(({ op, name }) => `${op} ${name}`)).toEqual([]);
});

test("the cases of an op have different names", () => {
  const names = opCases.map(({ op, name }) => `${op} ${name}`);
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
});

test("every kernel that is exported is named in a test that runs on an adapter, not in a comment or an import alone", () => {
  expect(exportedKernels.length).toBeGreaterThan(20);
  expect(exportedKernels.map(({ name }) => name).filter((name) => !gpuTests.some((text) => namesWord(text, name)))).toEqual([]);
});

test("every variant of every kernel is run: by proving an op, or because the kernel's own test expects variantsNotRun to be []", () => {
  expect(neverRun(exportedKernels)).toEqual(runOnOtherAdapters);
});

test("a variant that no test runs is named, whether cases reach its kernel or not", () => {
  const [{ kernel }] = lowered[0]!.dispatches as [LoweredNode["dispatches"][number]]; // an op has a dispatch
  const added = { ...kernel.variants[0], id: "added", supports: () => false };
  expect(neverRun([{ name: "reached", kernel: { ...kernel, variants: [...kernel.variants, added] } }])).toEqual(["reached: added"]);
  expect(neverRun([{ name: "unreached", kernel: { ...kernel, name: "unreached", variants: [added] } }])).toEqual(["unreached: added"]);
  const checks = [
    { kernel: "unreached", variant: "plain" },
    { kernel: "another", variant: "added" },
  ];
  expect(variantsNotRun({ name: "unreached", variants: [{ id: "plain" }, added] }, checks)).toEqual(["added"]);
});

/** The variants that neither the cases of ops nor the kernel's own test run. */
function neverRun(candidates: readonly { readonly name: string; readonly kernel: Kernel }[]): readonly string[] {
  const run = new Set<string>();
  for (const call of lowered.flatMap(({ dispatches }) => dispatches)) {
    const { kernel, problem } = call;
    // What checkOpVariants runs each case with.
    run.add(`${kernel.name}/${kernel.variants[0].id}`);
    for (const adapter of adapters) run.add(`${kernel.name}/${fastestVariant(kernel, problem, adapter, bindingTypes(call)).id}`);
  }
  return candidates
    .filter(({ name }) => !gpuTests.some((text) => expectsVariants(text, name, "[]")))
    .flatMap(({ name, kernel }) => {
      const runAnywhere = gpuTests.some((text) => expectsVariants(text, name, "elsewhere"));
      const left = kernel.variants.filter(({ id }) => !run.has(`${kernel.name}/${id}`) && !(runAnywhere && !id.startsWith("subgroup")));
      return left.map(({ id }) => `${name}: ${id}`);
    });
}

/**
 * Variants that neither of the first two adapters of `.ci/run` can run. Their kernels' tests run them where an adapter can: matrices of 8 are those of
 * lavapipe from Mesa 26 on, the third adapter of `.ci/run`; subgroups of 16 are lavapipe's with LP_NATIVE_VECTOR_WIDTH=512, subgroups of 32 and
 * matrices of 16 NVIDIA's.
 */
const runOnOtherAdapters = [
  "conv2dBiasKernel: subgroupMatrix8",
  "conv2dBiasKernel: subgroupMatrix16",
  "conv2dKernel: subgroupMatrix8",
  "conv2dKernel: subgroupMatrix16",
  "conv2dInputGradKernel: subgroupMatrix8",
  "conv2dInputGradKernel: subgroupMatrix16",
  "convTranspose2dBiasKernel: subgroupMatrix8",
  "convTranspose2dBiasKernel: subgroupMatrix16",
  "conv2dWeightGradKernel: subgroup16",
  "conv2dWeightGradKernel: subgroup32",
  "conv2dWeightGradKernel: subgroupMatrix8",
  "conv2dWeightGradKernel: subgroupMatrix16",
  "matmulKernel: subgroup16",
  "matmulKernel: subgroup32",
  "matmulKernel: subgroupMatrix8",
  "matmulKernel: subgroupMatrix16",
];

/** Adapters without subgroups, and as `.ci/run` has them: with SwiftShader's subgroups and with lavapipe's. */
const adapters: readonly Capabilities[] = ([false, 4, 8] as const).map((subgroups) => ({
  software: true,
  f16: subgroups !== false,
  subgroups: subgroups !== false && { min: subgroups, max: subgroups },
  subgroupMatrices: [],
  timestamps: subgroups !== false,
  maxStorageBuffers: 8,
  maxBindingBytes: 2 ** 27,
  maxBufferBytes: 2 ** 28,
  maxWorkgroupStorageBytes: subgroups === false ? 16_384 : 49_152,
  maxWorkgroupInvocations: subgroups === false ? 256 : 1024,
  maxWorkgroupsPerDimension: 65_535,
}));

/** The nodes of a case's programs, one a storage type, as `checkOp` compiles them. */
function loweredNodes(opCase: OpCase): LoweredNode[] {
  return dtypesOf(opCase).flatMap((dtype) => {
    const recorded = recordCase(opCase, dtype);
    return lower(recorded.graph, Object.values(outputsOf(recorded)));
  });
}

function dtypesOf({ f32Only }: OpCase): readonly ("f32" | "f16")[] {
  return f32Only === undefined ? ["f32", "f16"] : ["f32"];
}

/**
 * Whether a test expects no variant of the kernel to be left, or none but those `elsewhere`, for subgroups that its adapter does not have: by the
 * kernel's name, or as `kernel` of a table that names it.
 */
function expectsVariants(text: string, name: string, left: "[]" | "elsewhere"): boolean {
  return [...text.matchAll(/expect\(variantsNotRun\((\w+), \w+\)\)\.toEqual\(([^)]*)\)/g)].some(
    ([, argument, expected]) =>
      expected === left && (argument === name || (argument === "kernel" && new RegExp(`\\bkernel: ${name}\\b`).test(text))),
  );
}

/** A test without its comments and imports, which run nothing. */
function usedText(text: string): string {
  return text.replace(/^import [^;]*;$/gm, "").replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/.*$/gm, "");
}

function sourcesOf(folder: string): readonly string[] {
  return readdirSync(path.join(packages, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => readFileSync(path.join(packages, folder, file), "utf8"));
}

function namesWord(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text);
}

function isFamily(value: unknown): value is OpFamily {
  return typeof value === "object" && value !== null && "random" in value && "cases" in value;
}

function isOp(value: unknown): value is Op {
  return typeof value === "object" && value !== null && "infer" in value && "lower" in value && "vjp" in value;
}
