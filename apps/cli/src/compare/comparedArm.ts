import { previousRun, type Recipe, readRecipe, teachersOf, withTeachers } from "@kindling/trainer";
import { InputError } from "../exit.ts";

/** One side of a comparison: a recipe, or several that are trained one after the other. */
export interface ComparedArm {
  /** The recipes' names, joined by +. */
  readonly name: string;
  /** With the seed and the changes of the command line; `previous` stands for the weights of the stage before. */
  readonly stages: readonly Recipe[];
}

/**
 * The arm of `a.yaml` or `a.yaml+b.yaml`, with one seed.
 * @throws RecipeError for a recipe that cannot be read, InputError for weights of a stage before the first.
 */
export async function readArm(operand: string, seed: number, changes: Readonly<Record<string, string>>): Promise<ComparedArm> {
  const stages: Recipe[] = [];
  for (const file of operand.split("+")) {
    const recipe = await readStage(file, { ...changes, seed: String(seed) });
    if (stages.length === 0 && takesPrevious(recipe)) {
      throw new InputError(`${file}: its weights are those of the previous run; write the recipe of that before it: FIRST.yaml+${file}`);
    }
    stages.push(recipe);
  }
  return { name: stages.map(({ name }) => name).join("+"), stages };
}

/** A recipe with the changes; those of the teacher, or of one of several, are for recipes that have it, as a baseline has none. */
async function readStage(file: string, changes: Readonly<Record<string, string>>): Promise<Recipe> {
  const withKeys = (fits: (key: string) => boolean): Promise<Recipe> =>
    readRecipe(file, Object.fromEntries(Object.entries(changes).filter(([key]) => !isOfTeacher(key) || fits(key))));
  const without = Object.keys(changes).some(isOfTeacher) ? await withKeys(() => false).catch(() => null) : null;
  return withKeys((key) => !without || hasTeacherOf(key, without));
}

/** Whether a key of the command line changes the teacher of a recipe, or its several. */
export function isOfTeacher(key: string): boolean {
  return /^teachers?(?:\.|$)/.test(key);
}

/** Whether a recipe has the teacher that such a key changes. */
export function hasTeacherOf(key: string, { teacher, teachers }: Recipe): boolean {
  const [owner, name] = key.split(".");
  if (owner === "teacher") return teacher !== undefined;
  return teachers !== undefined && (name === undefined || Object.hasOwn(teachers, name));
}

/**
 * Whether a recipe means the weights of the stage before: `previous`, or where `kindling train` leaves the best ones of a run of its name, so that one
 * recipe serves both commands.
 */
export function meansPrevious(weights: string, before: Recipe | undefined): boolean {
  return (
    weights === previousRun || (before !== undefined && weights.replaceAll("\\", "/").endsWith(`/${before.name}/weights/best.safetensors`))
  );
}

/** A stage with the weights of the stage before in their places. */
export function withPrevious(recipe: Recipe, before: Recipe, weights: string): Recipe {
  const file = (text: string): string => (meansPrevious(text, before) ? weights : text);
  const { student } = recipe;
  return {
    ...withTeachers(recipe, (teacher) => ({ ...teacher, weights: file(teacher.weights) })),
    student: {
      ...student,
      ...(student.backbone === undefined ? {} : { backbone: file(student.backbone) }),
      ...(student.weights === undefined ? {} : { weights: file(student.weights) }),
    },
  };
}

function takesPrevious(recipe: Recipe): boolean {
  const { backbone, weights } = recipe.student;
  return [backbone, weights, ...teachersOf(recipe).map((teacher) => teacher.recipe.weights)].includes(previousRun);
}
