import { type LossTerm, looksAtTeacher, teacherPaths } from "./lossTerm.ts";

/** Whoever is known by the path of a teacher. */
interface AtPath {
  readonly path: string;
}

/** The teachers that a term looks at: those that it names, or all, whose mean it learns from; none of a term over labels or the student alone. */
export function termTeachers<T extends AtPath>(term: LossTerm, teachers: readonly T[]): readonly T[] {
  if (!looksAtTeacher(term)) return [];
  const named = teacherPaths(term).map((path) => teacherAt(path, teachers));
  return named.length === 0 ? teachers : teachers.filter((teacher) => named.includes(teacher));
}

/** The teacher that a path is of: `teacher.big` and `teacher.big.layer1.out` are of the one at `teacher.big`. */
export function teacherAt<T extends AtPath>(path: string, teachers: readonly T[]): T | undefined {
  return teachers.find((teacher) => path === teacher.path || path.startsWith(`${teacher.path}.`));
}

/** Tensors of teachers that a term names; none where it compares with what they predict with. */
export function teacherTaps(term: LossTerm, teachers: readonly AtPath[]): readonly string[] {
  return teacherPaths(term).filter((path) => !teachers.some((teacher) => teacher.path === path));
}
