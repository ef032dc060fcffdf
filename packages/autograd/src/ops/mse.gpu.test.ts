import { openDevice } from "@kindling/gpu";
import { checkOpVariants, mseCases } from "@kindling/proof";
import { expect, test } from "vitest";

const device = await openDevice();

test.each(mseCases)("mse and its gradients agree with float64 differences: $name", async (opCase) => {
  for (const check of await checkOpVariants(device, opCase)) expect(check).toMatchObject({ pass: true });
});
