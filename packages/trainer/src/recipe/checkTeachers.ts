import { createNetwork } from "../createNetwork.ts";
import { isWithin } from "../partPath.ts";
import type { Recipe } from "../recipe.ts";
import { unsharable } from "../sharedParts.ts";
import { type Teacher, teachersOf } from "../teachers.ts";
import type { DescribedIssue } from "./describeIssue.ts";

/** More would be a mistake: every one runs in every step. */
const mostTeachers = 8;

/** Whether a recipe has one teacher or several: what is wrong with that, or nothing. */
export function checkTeacherNames({ teacher, teachers }: Recipe): DescribedIssue | undefined {
  const issue = (sentence: string): DescribedIssue => ({ path: ["teachers"], sentence: `teachers: ${sentence}` });
  const names = Object.keys(teachers ?? {});
  if (teacher && teachers) return issue("the recipe has teacher too, which is for one alone; put it among these, or remove one of the two");
  if (teachers && (names.length < 2 || names.length > mostTeachers))
    return issue(`expected 2 to ${mostTeachers}, by their names; got ${names.length}${names.length === 1 ? "; one alone is teacher" : ""}`);
  return undefined;
}

/** What teachers, or teachers and student, cannot both have: the first such thing, or none. */
export function checkTeachers(recipe: Recipe): DescribedIssue | undefined {
  const all = teachersOf(recipe);
  for (const [i, each] of all.entries()) {
    const found = checkShares(recipe, each) ?? checkBeside(each, all.slice(0, i));
    if (found) return found;
  }
  return undefined;
}

/** An issue of a teacher's key. */
export function teacherIssue({ key }: Teacher, option: string, sentence: string): DescribedIssue {
  return { path: [...key.split("."), option], sentence: `${key}.${option}: ${sentence}` };
}

/** Parts of a teacher that are to be the student's. */
function checkShares({ student, freeze = [], data }: Recipe, teacher: Teacher): DescribedIssue | undefined {
  const { shares = [], cache } = teacher.recipe;
  if (shares.length === 0) return undefined;
  const issue = (sentence: string): DescribedIssue => teacherIssue(teacher, "shares", sentence);
  if (cache !== undefined) return issue("a cached teacher computes nothing that could be shared; remove one of the two");
  const ofStudent = createNetwork(student, data.input, "student");
  const ofTeacher = createNetwork(teacher.recipe, data.input, teacher.path);
  for (const part of shares) {
    const problem = unsharable(ofStudent, ofTeacher, part);
    if (problem !== undefined) return issue(`${part} cannot be shared: ${problem}`);
    if (!freeze.some((pattern) => isWithin(pattern, `student.${part}`))) {
      return issue(`the student must not change what it shares; add freeze: [student.${part}]`);
    }
  }
  return undefined;
}

function checkBeside(teacher: Teacher, others: readonly Teacher[]): DescribedIssue | undefined {
  const { shares = [], cache, model } = teacher.recipe;
  for (const { key, recipe: other } of others) {
    const part = shares.find((mine) => (other.shares ?? []).some((theirs) => isWithin(mine, theirs) || isWithin(theirs, mine)));
    if (part !== undefined) {
      return teacherIssue(teacher, "shares", `${key} shares ${part} with the student too, whose weights there can be one teacher's alone`);
    }
    if (cache !== undefined && cache === other.cache && model === other.model) {
      return teacherIssue(teacher, "cache", `${key} has this folder too, and files in it are named after the model; give each its own`);
    }
  }
  return undefined;
}
