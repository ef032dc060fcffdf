import { openDevice } from "@kindling/gpu";
import { adaptiveWingCases, checkOpVariants } from "@kindling/proof";
import { expect, test } from "vitest";

const device = await openDevice();

test.each(adaptiveWingCases)("adaptiveWing and its gradients agree with float64 differences: $name", async (opCase) => {
  for (const check of await checkOpVariants(device, opCase)) expect(check).toMatchObject({ pass: true });
});
