import type { Capabilities } from "@kindling/gpu";
import { expect, test } from "vitest";
import type { Kernel, Variant } from "../kernel.ts";
import { matmulKernel } from "../matmul/matmul.ts";
import { chooseVariant } from "./chooseVariant.ts";
import { dtypesOf, type KernelCall, sourcesHash } from "./kernelCall.ts";
import { variantChoices } from "./tunedChoices.ts";

const capabilities = { software: true, f16: false, subgroups: { min: 4, max: 4 } } as Capabilities; // all that a product asks for
const kernel = matmulKernel as unknown as Kernel; // called with its own problem
const f32 = (...shape: readonly number[]) => ({ shape, dtype: "f32" }) as const;
const call: KernelCall = {
  kernel,
  problem: { batch: 1, m: 64, k: 8, n: 64, transposeA: false, transposeB: false },
  reads: [f32(64, 8), f32(8, 64)],
  writes: [f32(64, 64)],
};

/** A device that was tuned for the call, as its sources are now. */
function tunedFor(variant: string, at: KernelCall = call) {
  const choice = {
    kernel: kernel.name,
    dtypes: dtypesOf(at),
    problem: at.problem,
    sources: sourcesHash(at, capabilities),
    variant,
    microseconds: {},
  };
  return { capabilities, choices: variantChoices([choice]) };
}

const chosen = (device: Parameters<typeof chooseVariant>[0], at: KernelCall = call) => {
  const { variant, tuned } = chooseVariant(device, at);
  return [variant.id, tuned];
};

test("what was measured comes before the rule of thumb, which is the last variant", () => {
  expect(chosen({ capabilities, choices: new Map() })).toEqual(["subgroup4", false]);
  expect(chosen(tunedFor("direct"))).toEqual(["direct", true]);
  const reordered = { ...call, problem: Object.fromEntries(Object.entries(call.problem).reverse()) };
  expect(chosen(tunedFor("direct"), reordered)).toEqual(["direct", true]);
});

test("another problem, other storage or another kernel was not measured", () => {
  const device = tunedFor("direct");
  expect(chosen(device, { ...call, problem: { ...call.problem, k: 9 } })).toEqual(["subgroup4", false]);
  const halves = call.reads.map((operand) => ({ ...operand, dtype: "f16" }) as const);
  expect(chosen(device, { ...call, reads: halves })).toEqual(["subgroup4", false]);
  expect(chosen(device, { ...call, kernel: { ...kernel, name: "product" } })).toEqual(["subgroup4", false]);
});

test("a variant that is gone, or that the adapter does not support, is not taken", () => {
  expect(chosen(tunedFor("gone"))).toEqual(["subgroup4", false]);
  expect(chosen(tunedFor("subgroup8"))).toEqual(["subgroup4", false]);
});

test.each<[string, (variants: readonly Variant[]) => readonly Variant[]]>([
  ["source of a variant", ([direct, ...rest]) => [{ ...direct!, source: (problem) => `${direct!.source(problem)} ` }, ...rest]],
  ["number of workgroups", ([direct, ...rest]) => [{ ...direct!, workgroups: () => [1, 2, 3] }, ...rest]],
  ["variant that is new", ([direct, ...rest]) => [direct!, { ...direct!, id: "new" }, ...rest]],
  ["variant that is gone", ([direct, , ...rest]) => [direct!, ...rest]],
])("a %s makes the choice void", (_, change) => {
  const changed = { ...kernel, variants: change(kernel.variants) as Kernel["variants"] }; // each keeps the first
  expect(chosen(tunedFor("direct"), { ...call, kernel: changed })).toEqual(["subgroup4", false]);
});
