import { relationalAngle } from "@kindling/autograd";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { embeddingInputs } from "./embeddingInputs.ts";

/** relationalAngle over batches and widths, which differ between student and teacher; in one dimension no angle turns. */
export const relationalAngleFamily: OpFamily = {
  op: "relationalAngle",
  cases: [relationalAngleCase(3, 2, 3, 1420), relationalAngleCase(5, 17, 4, 1422), relationalAngleCase(11, 8, 5, 1424)],
  random: (draw) => relationalAngleCase(2 + draw.size(4), 1 + draw.size(6), draw.size(6), draw.seed()),
};

function relationalAngleCase(samples: number, width: number, teacherWidth: number, seed: number): OpCase {
  return {
    op: "relationalAngle",
    name: `[${samples},${width}] and [${samples},${teacherWidth}]`,
    inputs: embeddingInputs(samples, width, teacherWidth, seed),
    build: ([student, teacher]) => relationalAngle(student!, teacher!),
    reference: ([student, teacher]) => {
      const [own, others] = [cosines(student!, samples, width), cosines(teacher!, samples, teacherWidth)];
      const errors = own.map((cosine, triple) => Math.abs(cosine - others[triple]!));
      const loss = errors.reduce((sum, error) => sum + (error < 1 ? error ** 2 / 2 : error - 0.5), 0);
      return Float64Array.of(loss / samples ** 3);
    },
  };
}

/** For all (i, j, k): ⟨e_ij, e_ik⟩, e_ij the unit vector from i to j, 0 for i = j. */
function cosines(x: Float64Array, samples: number, width: number): number[] {
  const units = Array.from({ length: samples ** 2 }, (_, pair) => {
    const [i, j] = [Math.floor(pair / samples), pair % samples];
    const difference = Array.from({ length: width }, (_, c) => x[j * width + c]! - x[i * width + c]!);
    const norm = Math.max(Math.hypot(...difference), 1e-12);
    return difference.map((value) => value / norm);
  });
  return Array.from({ length: samples ** 3 }, (_, triple) => {
    const [i, j, k] = [Math.floor(triple / samples ** 2), Math.floor(triple / samples) % samples, triple % samples];
    const [first, second] = [units[i * samples + j]!, units[i * samples + k]!];
    return first.reduce((sum, value, c) => sum + value * second[c]!, 0);
  });
}
