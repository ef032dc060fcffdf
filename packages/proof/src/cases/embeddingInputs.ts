import type { OpInput } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** Embeddings of a student, which is differentiable, and of a teacher: [samples, width] each. */
export function embeddingInputs(samples: number, width: number, teacherWidth: number, seed: number): readonly OpInput[] {
  return [
    { name: "student", shape: [samples, width], data: randomValues(seed, samples * width), differentiable: true },
    { name: "teacher", shape: [samples, teacherWidth], data: randomValues(seed + 1, samples * teacherWidth), differentiable: false },
  ];
}
