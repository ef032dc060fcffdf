import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type CopyChannelsProblem, copyChannelsKernel } from "./copyChannels.ts";
import { copyChannelsReference } from "./reference.ts";

const device = await openDevice();

const problems: readonly CopyChannelsProblem[] = [
  { rows: 1, channels: 1, xChannels: 1, xOffset: 0, yChannels: 1, yOffset: 0 },
  { rows: 35, channels: 3, xChannels: 7, xOffset: 2, yChannels: 11, yOffset: 5 },
  { rows: 35, channels: 4, xChannels: 6, xOffset: 2, yChannels: 12, yOffset: 8 },
  { rows: 70, channels: 8, xChannels: 8, xOffset: 0, yChannels: 12, yOffset: 4 },
  { rows: 33, channels: 4, xChannels: 16, xOffset: 12, yChannels: 4, yOffset: 0 },
];

test("the channels are copied and what lies beside them stays", async () => {
  const cases: KernelCase<CopyChannelsProblem>[] = problems.map((problem, i) => {
    const x = randomValues(2 * i, problem.rows * problem.xChannels);
    const before = randomValues(2 * i + 1, problem.rows * problem.yChannels);
    const { rows, channels, xChannels, yChannels } = problem;
    return {
      name: `${channels} channels of ${rows} × ${xChannels} to ${yChannels}`,
      problem,
      reads: [x],
      writes: [
        {
          before,
          expected: ([stored], kept) => {
            const value = copyChannelsReference(problem, stored!, kept);
            return { value, magnitude: value.map(() => 0), terms: 1 };
          },
        },
      ],
    };
  });
  const checks = await checkKernel(device, copyChannelsKernel, cases);
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});
