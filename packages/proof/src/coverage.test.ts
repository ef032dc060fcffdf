import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as autograd from "@kindling/autograd";
import { Graph, type Op } from "@kindling/autograd";
import type { Kernel } from "@kindling/kernels";
import * as kernels from "@kindling/kernels";
import { expect, test } from "vitest";
import { opCases } from "./index.ts";

const packages = path.resolve(import.meta.dirname, "../..");

test("every differentiable op that is exported is recorded by some case that gradcheck runs", () => {
  const recorded = new Set<string>();
  for (const { inputs, build, f32Only } of opCases) {
    for (const dtype of f32Only === undefined ? (["f32", "f16"] as const) : (["f32"] as const)) {
      const graph = new Graph();
      build(inputs.map(({ name, shape, f32 }) => graph.input(name, shape, f32 ? "f32" : dtype)));
      for (const { op } of graph.nodes) recorded.add(op.name);
    }
  }
  const exported: readonly unknown[] = Object.values(autograd);
  const ops = exported.filter(isOp);
  expect(ops.length).toBeGreaterThan(20);
  const withoutOperands = new Set(["fill"]);
  const lacking = ops
    .filter(({ name, vjp }) => typeof vjp === "function" && !recorded.has(name) && !withoutOperands.has(name))
    .map(({ name }) => name);
  expect(lacking).toEqual([]);
});

test("every kernel that is exported is named in a test that runs on an adapter", () => {
  const tests = readdirSync(packages, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".gpu.test.ts") && !file.includes("node_modules"))
    .map((file) => readFileSync(path.join(packages, file), "utf8"))
    .join("\n");
  const names = Object.entries(kernels)
    .filter(([, value]) => isKernel(value))
    .map(([name]) => name);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(tests))).toEqual([]);
});

test("the cases of an op have different names", () => {
  const names = opCases.map(({ op, name }) => `${op} ${name}`);
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
});

function isOp(value: unknown): value is Op {
  return typeof value === "object" && value !== null && "infer" in value && "lower" in value && "vjp" in value;
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === "object" && value !== null && "variants" in value && "uniforms" in value;
}
