import type { OpVariantCheck } from "@kindling/proof";
import { expect, test } from "vitest";
import { diagnosis } from "./gradcheckDiagnosis.ts";

const bounds = { f32: { error: 2e-5, gradient: 1e-4 }, f16: { error: 1e-3, gradient: 4e-3 } } as const;
const kernels = {
  plain: { output: ["dense/direct"], gradients: { x: ["denseInputGrad/direct"], weight: ["denseWeightGrad/direct", "sumSplits/plain"] } },
  fastest: { output: ["dense/tile"], gradients: { x: ["denseInputGrad/tile"], weight: ["denseWeightGrad/direct", "sumSplits/plain"] } },
};

/** A case in all four ways of running; `wrong` says what exceeds its bound in which. */
function checksOf(
  name: string,
  wrong: (way: string, part: "output" | "x" | "weight") => boolean,
  dtypes: readonly ("f32" | "f16")[] = ["f32", "f16"],
): OpVariantCheck[] {
  return dtypes.flatMap((dtype) =>
    (["plain", "fastest"] as const).map((variants) => {
      const error = (part: "output" | "x" | "weight") => (wrong(`${variants} ${dtype}`, part) ? Number.POSITIVE_INFINITY : 0);
      const gradientErrors = { x: error("x"), weight: error("weight") };
      return { op: "dense", case: name, variants, dtype, error: error("output"), gradientErrors, pass: false, kernels: kernels[variants] };
    }),
  );
}

test("plain kernels that fail point to the op and to variant 0, in one line for all that fails so", () => {
  const checks = [...checksOf("3 × 4", () => true), ...checksOf("1 × 1", () => true)];
  expect(diagnosis(checks, bounds)).toEqual([
    "dense: the output and the gradient of x, weight are wrong, with plain kernels too, in 3 × 4 and 1 more: look at the op " +
      "(packages/autograd/src/ops), its definition (packages/proof/src/cases) and variant 0 of what it runs, " +
      "dense/direct, denseInputGrad/direct, denseWeightGrad/direct, sumSplits/plain",
  ]);
});

test("a gradient alone points to the vjp and to the kernels of that gradient", () => {
  const [line, ...rest] = diagnosis(
    checksOf("3 × 4", (_, part) => part === "weight"),
    bounds,
  );
  expect(line).toMatch(
    /^dense: the gradient of weight is wrong, with plain kernels too, in 3 × 4: the output is right, so look at the vjp /,
  );
  expect(line).toMatch(/ and at denseWeightGrad\/direct, sumSplits\/plain$/);
  expect(rest).toEqual([]);
});

test("fast kernels alone are named by the variants that differ from plain ones, of the forward pass where a gradient has none", () => {
  const checks = checksOf("3 × 4", (way) => way.startsWith("fastest"));
  expect(diagnosis(checks, bounds)[0]).toMatch(/only with the fastest kernels.* is dense\/tile, denseInputGrad\/tile: run its own test/);
  const weight = checksOf("3 × 4", (way, part) => way.startsWith("fastest") && part === "weight");
  expect(diagnosis(weight, bounds)[0]).toContain("what differs from variant 0 is dense/tile:");
});

test("a kernel that some failing cases did not run is not blamed", () => {
  const [large, small] = ["3 × 4", "1 × 1"].map((name) => checksOf(name, (_, part) => part === "weight"));
  const onePass = small!.map((check) => ({
    ...check,
    kernels: { ...check.kernels, gradients: { ...check.kernels.gradients, weight: ["denseWeightGrad/direct"] } },
  }));
  expect(diagnosis([...large!, ...onePass], bounds)[0]).toMatch(/ and at denseWeightGrad\/direct$/);
});

test("f16 alone points to conversions; nothing is said of f32 where it did not run", () => {
  const checks = checksOf("3 × 4", (way, part) => way === "plain f16" && part === "x");
  expect(diagnosis(checks, bounds)).toEqual([
    "dense: the gradient of x is wrong only in f16, in 3 × 4: look for a load without f32(…) or vec4f(…), a store without its alias " +
      "(YElement), or a sum kept in f16, in denseInputGrad/direct",
  ]);
  const alone = checksOf("3 × 4", (way, part) => way === "plain f16" && part === "x", ["f16"]);
  expect(diagnosis(alone, bounds)[0]).toContain("the gradient of x is wrong in f16, in 3 × 4");
});

test("parts that fail in different ways have a line each, and an op that passes has none", () => {
  const checks = checksOf("3 × 4", (way, part) => part === "weight" || (part === "output" && way === "fastest f16"));
  expect(diagnosis(checks, bounds).map((line) => line.slice(0, 50))).toEqual([
    "dense: the gradient of weight is wrong, with plain",
    "dense: the output is wrong only in f16 with the fa",
  ]);
  expect(
    diagnosis(
      checksOf("3 × 4", () => false),
      bounds,
    ),
  ).toEqual([]);
});
