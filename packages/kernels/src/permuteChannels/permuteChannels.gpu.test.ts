import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type PermuteChannelsProblem, permuteChannelsKernel } from "./permuteChannels.ts";
import { permuteChannelsReference } from "./reference.ts";

const device = await openDevice();

/** Left and right joints of COCO exchanged, one channel, a cycle, and the 133 of whole bodies backwards. */
const orders = [
  [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
  [0],
  [1, 2, 3, 0],
  Array.from({ length: 133 }, (_, i) => 132 - i),
];

test("each channel is the one that the order names", async () => {
  const cases = orders.flatMap((order) =>
    [1, 3, 70].map((rows): KernelCase<PermuteChannelsProblem> => {
      const problem = { rows, channels: order.length, order: order.join() };
      const x = randomValues(rows, rows * order.length);
      const writes = [
        { before: x.map(() => 7), expected: ([stored]: readonly Float64Array[]) => permuteChannelsReference(problem, stored!) },
      ];
      return { name: `${rows} × ${order.length}`, problem, reads: [x], writes };
    }),
  );
  const checks = await checkKernel(device, permuteChannelsKernel, cases);
  expect(checks.filter(({ dtype }) => dtype === "f32")).toHaveLength(12);
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
});
