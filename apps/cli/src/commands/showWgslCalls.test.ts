import { expect, test } from "vitest";
import { kernelNames, shaderCases } from "./showWgslCalls.ts";

/** They measure an adapter's ceilings; no op runs them. */
const ofNoOp = new Set(["copyBandwidth", "fmaPeak"]);

test("every kernel is run by a call that show-wgsl knows, so that its shaders can be shown", () => {
  const run = new Set(shaderCases().flatMap((each) => each.calls("f32").map(({ kernel }) => kernel.name)));
  expect(kernelNames.length).toBeGreaterThan(50);
  expect(kernelNames.filter((name) => !run.has(name) && !ofNoOp.has(name))).toEqual([]);
});
