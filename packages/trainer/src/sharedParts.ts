import type { Variable } from "@kindling/autograd";
import { type AnyModule, variablesOf } from "@kindling/models";
import { isWithin } from "./partPath.ts";

/**
 * The variables of a teacher's parts ("backbone") with those of the student that they are, by their names in the two networks. The student's must be
 * frozen: then both networks compute the same there, once.
 */
export function sharedParts(student: AnyModule, teacher: AnyModule, parts: readonly string[]): ReadonlyMap<Variable, Variable> {
  const ofStudent = variablesOf(student);
  const shared = [...variablesOf(teacher)].filter(([name]) => parts.some((part) => isWithin(part, name)));
  return new Map(shared.map(([name, variable]) => [variable, ofStudent.get(name)!])); // parseRecipe has seen them
}

/** Why a part cannot be shared, in words; undefined where it can. */
export function unsharable(student: AnyModule, teacher: AnyModule, part: string): string | undefined {
  const of = (network: AnyModule) => [...variablesOf(network)].filter(([name]) => isWithin(part, name));
  const [ofStudent, ofTeacher] = [new Map(of(student)), of(teacher)];
  if (ofTeacher.length === 0) return "the teacher has no such part";
  const other = ofTeacher.find(([name, { shape }]) => ofStudent.get(name)?.shape.join() !== shape.join());
  return ofStudent.size === ofTeacher.length && !other
    ? undefined
    : `the student's differs from the teacher's${other ? `, at ${other[0]}` : ""}`;
}
