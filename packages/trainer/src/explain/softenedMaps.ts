/** How maps become distributions: softmax(logitScale · map / temperature), over the cells. */
export interface Softening {
  readonly logitScale: number;
  readonly temperature: number;
}

/** What a `spatialKl` term sees of teacher and student. */
export interface SoftenedMaps extends Softening {
  /** exp of the teacher's entropy: its distribution is as wide as a uniform one over so many cells. */
  readonly cells: number;
  /** T² KL(teacher ‖ student), the term. */
  readonly divergence: number;
  /** ‖∂ term / ∂ student's map‖, with what pulls at the student. */
  readonly gradient: number;
}

/** {@link SoftenedMaps} of one joint's maps, which have as many cells. */
export function softenedMaps(teacher: ArrayLike<number>, student: ArrayLike<number>, softening: Softening): SoftenedMaps {
  const [p, q] = [logSoftmax(teacher, softening), logSoftmax(student, softening)];
  const { logitScale, temperature } = softening;
  let [entropy, divergence, squares] = [0, 0, 0];
  for (const [cell, logP] of p.entries()) {
    const probability = Math.exp(logP);
    if (probability > 0) {
      entropy -= probability * logP;
      divergence += probability * (logP - q[cell]!);
    }
    squares += (probability - Math.exp(q[cell]!)) ** 2;
  }
  return {
    ...softening,
    cells: Math.exp(entropy),
    divergence: temperature ** 2 * divergence,
    gradient: logitScale * temperature * Math.sqrt(squares),
  };
}

/** logitScale² / 2 · the variance over the cells of teacher − student: what T² KL tends to as temperature / logitScale grows. */
export function softLimit(teacher: ArrayLike<number>, student: ArrayLike<number>, logitScale: number): number {
  const differences = Array.from(teacher, (value, cell) => value - student[cell]!);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / differences.length;
  return (logitScale ** 2 * variance) / 2;
}

/** log softmax(logitScale · map / temperature). */
export function logSoftmax(map: ArrayLike<number>, { logitScale, temperature }: Softening): Float64Array {
  const logits = Float64Array.from(map, (value) => (value * logitScale) / temperature);
  const highest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - highest), 0);
  return logits.map((value) => value - highest - Math.log(total));
}
