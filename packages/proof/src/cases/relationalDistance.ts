import { relationalDistance } from "@kindling/autograd";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { embeddingInputs } from "./embeddingInputs.ts";

/** relationalDistance over batches and widths, which differ between student and teacher. */
export const relationalDistanceFamily: OpFamily = {
  op: "relationalDistance",
  cases: [
    relationalDistanceCase(2, 3, 3, 1400), // the distance between two samples is always the mean
    relationalDistanceCase(3, 4, 1, 1402),
    relationalDistanceCase(7, 17, 5, 1404),
    relationalDistanceCase(20, 8, 12, 1406), // more pairs than a workgroup has threads
  ],
  random: (draw) => relationalDistanceCase(1 + draw.size(7), 1 + draw.size(8), draw.size(8), draw.seed()),
};

function relationalDistanceCase(samples: number, width: number, teacherWidth: number, seed: number): OpCase {
  return {
    op: "relationalDistance",
    name: `[${samples},${width}] and [${samples},${teacherWidth}]`,
    inputs: embeddingInputs(samples, width, teacherWidth, seed),
    build: ([student, teacher]) => relationalDistance(student!, teacher!),
    reference: ([student, teacher]) => {
      const [own, others] = [relativeDistances(student!, samples, width), relativeDistances(teacher!, samples, teacherWidth)];
      const errors = own.map((distance, pair) => Math.abs(distance - others[pair]!));
      const loss = errors.reduce((sum, error) => sum + (error < 1 ? error ** 2 / 2 : error - 0.5), 0);
      return Float64Array.of(loss / samples ** 2);
    },
  };
}

/** Distances of all pairs, divided by the mean of those that are not 0. */
function relativeDistances(x: Float64Array, samples: number, width: number): number[] {
  const distances = Array.from({ length: samples ** 2 }, (_, pair) => {
    const [i, j] = [Math.floor(pair / samples), pair % samples];
    let sum = 0;
    for (let c = 0; c < width; c++) sum += (x[i * width + c]! - x[j * width + c]!) ** 2;
    return i === j ? 0 : Math.sqrt(Math.max(sum, 1e-12));
  });
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / (samples * (samples - 1));
  return distances.map((distance) => distance / mean);
}
