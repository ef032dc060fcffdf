import { mean, scaleBy, sumAll } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { scaleByReference, sumReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** One element, fewer than a workgroup, one pass and two, a multiple of four and not. */
const shapes: readonly Shape[] = [[], [1], [3, 7], [5, 13, 13, 3], [3, 2, 700], [9001]];

/** Cases of sumAll, mean and scaleBy. */
export const scalarCases: readonly OpCase[] = shapes.flatMap((shape, i): OpCase[] => {
  // Mostly positive, so that the sum is no small difference of large ones.
  const x = { name: "x", shape, data: randomValues(500 + i, sizeOf(shape), -0.5, 1), differentiable: true };
  const scalars = { name: "scalars", shape: [3], data: randomValues(550 + i, 3), differentiable: false };
  return [
    { op: "sumAll", name: `[${shape}]`, inputs: [x], build: ([t]) => sumAll(t!), reference: ([t]) => sumReference(t!, 1).value },
    {
      op: "mean",
      name: `[${shape}]`,
      inputs: [x],
      build: ([t]) => mean(t!),
      reference: ([t]) => sumReference(t!, 1 / sizeOf(shape)).value,
    },
    {
      op: "scaleBy",
      name: `[${shape}]`,
      inputs: [x, scalars],
      build: ([t, s]) => scaleBy(t!, s!, i % 3),
      reference: ([t, s]) => scaleByReference(t!, s!, i % 3).value,
    },
  ];
});
