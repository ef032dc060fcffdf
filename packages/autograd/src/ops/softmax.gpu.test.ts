import { openDevice } from "@kindling/gpu";
import { checkOp, softmaxCases } from "@kindling/proof";
import { expect, test } from "vitest";

const device = await openDevice();

test.each(softmaxCases)("softmax and its gradients agree with float64 differences: $name", async (opCase) => {
  expect(await checkOp(device, opCase, { choose: (kernel) => kernel.variants[0] })).toMatchObject({ pass: true });
  expect(await checkOp(device, opCase)).toMatchObject({ pass: true });
});
