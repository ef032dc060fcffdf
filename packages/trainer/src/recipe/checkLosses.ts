import { nearestName } from "@kindling/autograd";
import { createNetwork } from "../createNetwork.ts";
import { isInner, type LossTerm, looksAtTeacher, teacherPaths } from "../losses/lossTerm.ts";
import { teacherAt, teacherTaps, termTeachers } from "../losses/termTeachers.ts";
import type { NetworkRecipe, Recipe } from "../recipe.ts";
import { jointsKnown, type TaughtJoints, taughtJoints } from "../teacherOutputs.ts";
import { type Teacher, teacherLabel, teachersOf } from "../teachers.ts";
import { isComplement } from "../weighting/lossWeight.ts";
import { teacherIssue } from "./checkTeachers.ts";
import type { DescribedIssue } from "./describeIssue.ts";

/** What loss terms and the rest of a recipe do not agree on: the first disagreement, or none. */
export function checkLosses(recipe: Recipe): DescribedIssue | undefined {
  const { losses, metric } = recipe;
  for (const i of losses.keys()) {
    const found =
      checkName(recipe, i) ??
      checkWeight(recipe, i) ??
      checkLabels(recipe, i) ??
      checkTeacher(recipe, i) ??
      checkOperands(recipe, i) ??
      checkParts(recipe, i);
    if (found) return found;
  }
  if (metric === "loss" && !losses.some((term) => "against" in term && term.against === "groundTruth")) {
    return issue(["metric"], "metric: loss is measured against the ground truth, which no loss looks at; use pck, or add such a loss");
  }
  const teachers = teachersOf(recipe);
  const idle = teachers.find((teacher) => !losses.some((term) => termTeachers(term, teachers).includes(teacher)));
  return idle && issue(idle.key.split("."), `${idle.key}: no loss compares with the teacher; add one or remove the teacher`);
}

function checkName({ losses }: Recipe, i: number): DescribedIssue | undefined {
  const { name } = losses[i]!;
  const first = losses.findIndex((term) => term.name === name);
  return first === i ? undefined : issue(["losses", i, "name"], `losses[${i}].name: ${name} is already the name of losses[${first}]`);
}

function checkWeight({ losses }: Recipe, i: number): DescribedIssue | undefined {
  const { weight } = losses[i]!;
  if (!isComplement(weight)) return undefined;
  const other = losses.find(({ name }) => name === weight.of);
  if (other && !isComplement(other.weight)) return undefined;
  const wrong = other ? "whose weight is a complement itself" : "and no loss has this name";
  return issue(["losses", i, "weight"], `losses[${i}].weight: the complement is of ${weight.of}, ${wrong}`);
}

/** Labels neither are the output that a term names as its teacher, nor have a confidence. */
function checkLabels({ losses }: Recipe, i: number): DescribedIssue | undefined {
  const term = losses[i]!;
  if (!("against" in term) || term.against !== "groundTruth") return undefined;
  const key = ["teacher", "confidence"].find((each) => each in term);
  if (key === undefined) return undefined;
  return issue(["losses", i, key], `losses[${i}].${key}: is of a term against: teacher; ${term.name} compares with the labels`);
}

function checkTeacher(recipe: Recipe, i: number): DescribedIssue | undefined {
  const term = recipe.losses[i]!;
  if (!looksAtTeacher(term)) return undefined;
  const at = `losses[${i}] (${term.name})`;
  const all = teachersOf(recipe);
  if (all.length === 0) return issue(["losses", i], `${at} compares with the teacher, but the recipe has no teacher`);
  for (const path of teacherPaths(term)) {
    const teacher = teacherAt(path, all);
    const key = term.kind === "jointsKl" ? "couples" : "teacher";
    const wrong = (sentence: string): DescribedIssue => issue(["losses", i, key], `losses[${i}].${key}: ${sentence}`);
    if (!teacher) return wrong(`${path} is of none of the teachers, which are ${all.map((each) => each.path).join(", ")}`);
    const isTensor = path !== teacher.path;
    if (isInner(term) && !isTensor) return wrong(`${path} is a teacher; expected a tensor of it, such as ${path}.layer1.out`);
    if (isTensor && (term.kind === "simccKl" || term.kind === "maskedL2"))
      return wrong(all.length > 1 ? `expected one of the teachers, such as ${teacher.path}; got ${path}` : "the only teacher has no name; remove it"); // biome-ignore format: one line
  }
  const taps = teacherTaps(term, all);
  const teachers = termTeachers(term, all);
  for (const teacher of teachers) {
    const tap = taps.find((path) => teacherAt(path, [teacher]));
    const found = checkTaught(recipe, i, teacher, tap);
    if (found) return found;
  }
  const known = jointsKnown(teachers.map((teacher) => jointsTaught(recipe, teacher)));
  if (known?.includes(false) && recipe.accumulate > 1 && "joints" in term && term.joints === "labelled") {
    return issue(
      ["accumulate"],
      `accumulate: ${at} divides by labelled joints that the teacher knows, which parts of a batch cannot count; set accumulate: 1 or joints: all`,
    );
  }
  return undefined;
}

/** Whether one teacher can teach the term, by what it predicts with or by a tensor of it. */
function checkTaught(recipe: Recipe, i: number, teacher: Teacher, tap: string | undefined): DescribedIssue | undefined {
  const { losses, student } = recipe;
  const term = losses[i]!;
  const at = `losses[${i}] (${term.name})`;
  const { cache, joints: count } = teacher.recipe;
  if (tap !== undefined && cache !== undefined) {
    return teacherIssue(
      teacher,
      "cache",
      `${at} compares with ${tap}, and the cache holds the teacher's heatmaps alone; remove one of the two`,
    );
  }
  const joints = jointsTaught(recipe, teacher);
  if (joints && tap !== undefined && !isInner(term)) {
    const remedy = teacher.path === "teacher" ? "leave it out" : `name ${teacher.path}`;
    return issue(["losses", i], `${at} names ${tap}, whose joints are not the student's; ${remedy}: joints are taught by name`);
  }
  if (joints && cache !== undefined) {
    return teacherIssue(teacher, "cache", "holds heatmaps of the student's joints, and the teacher has others; remove it");
  }
  if (!isInner(term) && !joints && count !== student.joints) {
    return issue(
      ["losses", i],
      `${at} compares heatmaps joint by joint, but the student has ${student.joints} joints and the teacher ${teacherLabel(teacher, String(count))}`,
    );
  }
  return undefined;
}

/** Whether the networks put out what the term compares. */
function checkOperands(recipe: Recipe, i: number): DescribedIssue | undefined {
  const { student, data } = recipe;
  const term = recipe.losses[i]!;
  if (isInner(term)) return undefined; // looked for on a recorded graph, by createAdapters
  const at = `losses[${i}] (${term.name})`;
  const all = teachersOf(recipe);
  const wanted = term.kind === "simccKl" ? "simcc" : term.kind === "maskedL2" ? "pafs" : "heatmaps";
  const wrong = (who: string, codec: keyof typeof outputNames): DescribedIssue =>
    issue(["losses", i], `${at} compares ${outputNames[wanted]}, but the ${who} puts out ${outputNames[codec]}`);
  const ofStudent = cardOf(student, recipe, "student");
  if (ofStudent.codec.kind !== wanted) return wrong(`student ${ofStudent.name}`, ofStudent.codec.kind);
  for (const teacher of termTeachers(term, all)) {
    const { name, codec } = cardOf(teacher.recipe, recipe, teacher.path);
    // A teacher's heatmaps teach a student of SimCC by their marginals.
    const isMarginal = wanted === "simcc" && codec.kind === "heatmaps" && teacher.recipe.cache === undefined;
    if (codec.kind !== wanted && !isMarginal) return wrong(`teacher ${teacherLabel(teacher, name)}`, codec.kind);
  }
  for (const [key, path] of namedOutputs(term)) {
    const teacher = teacherAt(path, all);
    if (teacher?.path === path) continue;
    const [root, network] = teacher ? [teacher.path, teacher.recipe] : ["student", student]; // checkTeacher knows all others
    const known = cardOf(network, recipe, root)
      .outputs(data.input)
      .map(({ name }) => `${root}.${name}`);
    if (!known.includes(path)) {
      const nearest = nearestName(path, known) ?? known[0];
      return issue(["losses", i, key], `losses[${i}].${key}: no output is named ${path}; the nearest is ${nearest}`);
    }
  }
  if (term.kind === "ohkm" && term.topk > student.joints) {
    return issue(["losses", i, "topk"], `losses[${i}].topk: expected at most the student's ${student.joints} joints; got ${term.topk}`);
  }
  return undefined;
}

function checkParts({ losses, accumulate }: Recipe, i: number): DescribedIssue | undefined {
  const { kind, name } = losses[i]!;
  if (accumulate === 1 || (kind !== "relationalDistance" && kind !== "relationalAngle")) return undefined;
  return issue(
    ["accumulate"],
    `accumulate: losses[${i}] (${name}) compares the samples of a batch with each other, which parts of it do not see; set accumulate: 1`,
  );
}

/** What networks of a codec put out, in words. */
const outputNames = { heatmaps: "heatmaps", simcc: "vectors over x and y", pafs: "heatmaps and fields", classes: "classes" } as const;

/** The outputs that a term names, with the keys that name them. */
function namedOutputs(term: LossTerm): readonly (readonly [key: string, path: string])[] {
  if (term.kind === "jointsKl") return (term.couples ?? []).flat().map((path) => ["couples", path] as const);
  return (["student", "teacher"] as const).flatMap((key) => {
    const path = key in term ? (term as { readonly [name in typeof key]?: string })[key] : undefined; // only these two kinds of terms have them
    return path === undefined ? [] : [[key, path] as const];
  });
}

/** The student's joints among a teacher's, where they differ. */
function jointsTaught(recipe: Recipe, { path, recipe: teacher }: Teacher): TaughtJoints | null {
  return taughtJoints(recipe, teacher, { student: cardOf(recipe.student, recipe, "student"), teacher: cardOf(teacher, recipe, path) });
}

function cardOf(network: NetworkRecipe, { data }: Recipe, role: string): ReturnType<typeof createNetwork>["card"] {
  return createNetwork(network, data.input, role).card;
}

function issue(path: readonly PropertyKey[], sentence: string): DescribedIssue {
  return { path, sentence };
}
