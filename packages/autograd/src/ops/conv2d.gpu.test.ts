import { openDevice } from "@kindling/gpu";
import { checkOp, conv2dCases } from "@kindling/proof";
import { expect, test } from "vitest";

const device = await openDevice();

test.each(conv2dCases)("conv2d and its gradients agree with float64 differences: $name", async (opCase) => {
  const plain = await checkOp(device, opCase, { choose: (kernel) => kernel.variants[0] });
  expect(plain).toMatchObject({ pass: true });
  expect(await checkOp(device, opCase)).toMatchObject({ pass: true });
});
