import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { scaledStepReference } from "./reference.ts";
import { type ScaledStepProblem, scaledStepKernel } from "./scaledStep.ts";

const device = await openDevice();
const problem: ScaledStepProblem = { rows: 4, scalars: 3, growthFactor: 2, backoffFactor: 0.5, growthInterval: 5 };

test("the scale halves on overflow and doubles after good steps alone; the scalars are those of the steps that counted", async () => {
  const states = [
    [65_536, 0, 0],
    [65_536, 3, 2],
    [1024, 4, 3],
    [1024, 4, 4],
    [1024, 4, 1000],
    [2 ** 64, 4, 0],
    [2 ** -64, 4, 0],
    [0.5, 1, 1],
  ];
  const cases = states.flatMap((state, i) =>
    [0, 1].map((finite): KernelCase<ScaledStepProblem> => {
      const steps = randomValues(i + 1, problem.rows * problem.scalars);
      const expected = scaledStepReference(problem, Float64Array.from(steps), finite, state);
      return {
        name: `${state.join(", ")}, ${finite === 1 ? "finite" : "overflow"}`,
        problem,
        reads: [steps, Float32Array.of(finite)],
        writes: [
          { before: Float32Array.from(state), expected: expected.lossScale },
          { before: new Float32Array(problem.scalars + 2).fill(7), expected: expected.stepScalars },
        ],
      };
    }),
  );
  const checks = await checkKernel(device, scaledStepKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(scaledStepKernel, checks)).toEqual([]);
});
