import { sumResized, type Tensor } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type SumResizedProblem, sumResizedReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** Sizes of a sum. */
export interface SumResizedSum {
  readonly batch: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  /** Height and width of each term. */
  readonly terms: readonly (readonly [number, number])[];
  readonly activation: "none" | "relu";
}

/** Sums chosen to break kernels; each also with another activation. */
export const sumResizedSums: readonly Omit<SumResizedSum, "activation">[] = [
  {
    batch: 1,
    channels: 1,
    size: [1, 1],
    terms: [
      [1, 1],
      [1, 1],
    ],
  },
  {
    batch: 2,
    channels: 8,
    size: [8, 12],
    terms: [
      [8, 12],
      [4, 6],
    ],
  },
  {
    batch: 1,
    channels: 17,
    size: [9, 7],
    terms: [
      [9, 7],
      [5, 4],
      [3, 2],
    ],
  },
  {
    batch: 1,
    channels: 4,
    size: [9, 5],
    terms: [
      [5, 3],
      [9, 5],
      [3, 2],
    ],
  },
  {
    batch: 3,
    channels: 4,
    size: [8, 8],
    terms: [
      [8, 8],
      [4, 4],
      [2, 2],
      [1, 1],
    ],
  },
  {
    batch: 1,
    channels: 3,
    size: [5, 13],
    terms: [
      [1, 20],
      [5, 13],
      [7, 2],
      [5, 13],
    ],
  },
];

/** sumResized: HRNet's sums, with sizes that are and are not whole multiples, terms larger than the sum, channels of every kind. */
export const sumResizedFamily: OpFamily = {
  op: "sumResized",
  cases: sumResizedSums.flatMap((sum, i) =>
    (["relu", "none"] as const).map((activation, j) => sumCase({ ...sum, activation }, 900 + 10 * (2 * i + j))),
  ),
  random(draw) {
    const size = [draw.size(), draw.size()] as const;
    const length = (whole: number) => draw.oneOf([whole, Math.ceil(whole / 2), draw.size()]);
    const terms = Array.from({ length: draw.integer(2, 4) }, () => [length(size[0]), length(size[1])] as const);
    const activation = draw.oneOf(["none", "relu"] as const);
    return sumCase({ batch: draw.size(2), channels: draw.channels(), size, terms, activation }, draw.seed());
  },
};

/** The problem of a sum. */
export function sumResizedProblemOf({ batch, channels, size: [height, width], terms, activation }: SumResizedSum): SumResizedProblem {
  const [[height0, width0] = [0, 0], [height1, width1] = [0, 0], [height2, width2] = [0, 0], [height3, width3] = [0, 0]] = terms;
  return { batch, height, width, channels, height0, width0, height1, width1, height2, width2, height3, width3, activation };
}

function sumCase({ batch, channels, size, terms, activation }: SumResizedSum, seed: number): OpCase {
  const shapes = terms.map(([height, width]): Shape => [batch, height, width, channels]);
  const data = shapes.map((shape, i) => {
    const values = randomValues(seed + i, sizeOf(shape));
    return activation === "relu" ? awayFromZero(values, terms.length) : values;
  });
  const problem = sumResizedProblemOf({ batch, channels, size, terms, activation });
  return {
    op: "sumResized",
    name: `${terms.map((term) => term.join("×")).join(" + ")} to ${size.join("×")}, ${batch} of ${channels} channels, ${activation}`,
    inputs: shapes.map((shape, i) => ({ name: `x${i}`, shape, data: data[i]!, differentiable: true })),
    build: (inputs) => sumResized(inputs as [Tensor, ...Tensor[]], size, { activation }), // every case has terms
    reference: (inputs) => sumResizedReference(problem, inputs).value,
  };
}

/** Whole numbers and a share of a half: every sum of one value a term is a whole number and a half, far from relu's kink. */
function awayFromZero(values: Float32Array, terms: number): Float32Array {
  return values.map((value) => Math.round(2 * value) + 0.5 / terms);
}
