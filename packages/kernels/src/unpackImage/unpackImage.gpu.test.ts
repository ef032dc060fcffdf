import { openDevice } from "@kindling/gpu";
import { checkKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { unpackImageReference } from "./reference.ts";
import { unpackImageKernel } from "./unpackImage.ts";

const device = await openDevice();

test("every byte is normalised by its channel's scale and shift, in both channel orders", async () => {
  const cases = (["rgb", "bgr"] as const).flatMap((channelOrder) =>
    [1, 67, 300].map((pixels) => {
      const x = Uint32Array.from({ length: pixels }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
      const problem = { pixels, channelOrder, scale0: 0.017, scale1: 0.018, scale2: 0.016, shift0: -2.1, shift1: -2, shift2: -1.8 };
      const writes = [{ before: new Float32Array(4 * pixels).fill(7), expected: () => unpackImageReference(problem, x) }];
      return { name: `${pixels} pixels ${channelOrder}`, problem, reads: [x], writes };
    }),
  );
  const checks = await checkKernel(device, unpackImageKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(unpackImageKernel, checks)).toEqual([]);
});
