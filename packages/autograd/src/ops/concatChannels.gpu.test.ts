import { openDevice } from "@kindling/gpu";
import { checkOpVariants, concatChannelsCases } from "@kindling/proof";
import { expect, test } from "vitest";

const device = await openDevice();

test.each(concatChannelsCases)("$op and its gradient agree with float64 differences: $name", async (opCase) => {
  for (const check of await checkOpVariants(device, opCase)) expect(check).toMatchObject({ pass: true });
});
