import type { Recipe, TeacherRecipe } from "./recipe.ts";

/** A teacher of a recipe: its only one, or one of several. */
export interface Teacher {
  /** What loss terms call it, and the root of its module paths: `teacher`, or of several `teacher.NAME`. */
  readonly path: string;
  /** Where the recipe has it: `teacher`, or `teachers.NAME`. */
  readonly key: string;
  /** What it counts in the mean of several. */
  readonly weight: number;
  readonly recipe: TeacherRecipe;
}

/** What names teachers in a recipe. */
type Taught = Pick<Recipe, "teacher" | "teachers">;

/** The teachers of a recipe, in its order: none, the only one, or several. Nothing else tells `teacher` and `teachers` apart. */
export function teachersOf({ teacher, teachers = {} }: Taught): readonly Teacher[] {
  const several = Object.entries(teachers).map(([name, recipe]) => ({
    path: `teacher.${name}`,
    key: `teachers.${name}`,
    weight: recipe.weight,
    recipe,
  }));
  return teacher ? [{ path: "teacher", key: "teacher", weight: 1, recipe: teacher }, ...several] : several;
}

/** The recipe with each teacher changed. */
export function withTeachers(recipe: Recipe, change: (teacher: TeacherRecipe) => TeacherRecipe): Recipe {
  const { teacher, teachers } = recipe;
  const changed = Object.entries(teachers ?? {}).map(([name, member]) => [name, { ...change(member), weight: member.weight }] as const);
  return {
    ...recipe,
    ...(teacher ? { teacher: change(teacher) } : {}),
    ...(teachers ? { teachers: Object.fromEntries(changed) } : {}),
  };
}

/** The recipe without its teachers, for what looks at the rest alone. */
export function withoutTeachers({ teacher: _, teachers: __, ...recipe }: Recipe): Recipe {
  return recipe;
}

/** A teacher in a sentence: by what it is, and of several by its name too: "hrnet-w8", "big (hrnet-w8)". */
export function teacherLabel({ key }: Pick<Teacher, "key">, what: string): string {
  return key === "teacher" ? what : `${key.slice("teachers.".length)} (${what})`;
}
