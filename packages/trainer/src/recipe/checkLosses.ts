import { nearestName } from "@kindling/autograd";
import { createNetwork } from "../createNetwork.ts";
import { isInner, type LossTerm, looksAtTeacher, teacherTaps } from "../losses/lossTerm.ts";
import type { NetworkRecipe, Recipe } from "../recipe.ts";
import { type TaughtJoints, taughtJoints } from "../teacherOutputs.ts";
import { isComplement } from "../weighting/lossWeight.ts";
import type { DescribedIssue } from "./describeIssue.ts";

/** What loss terms and the rest of a recipe do not agree on: the first disagreement, or none. */
export function checkLosses(recipe: Recipe): DescribedIssue | undefined {
  const { losses, teacher, metric } = recipe;
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
  if (teacher && !losses.some(looksAtTeacher))
    return issue(["teacher"], "teacher: no loss compares with the teacher; add one or remove the teacher");
  return undefined;
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
  const { losses, student, teacher } = recipe;
  const term = losses[i]!;
  if (!looksAtTeacher(term)) return undefined;
  const [tap] = teacherTaps(term);
  if (tap !== undefined && teacher?.cache !== undefined) {
    return issue(
      ["teacher", "cache"],
      `teacher.cache: losses[${i}] (${term.name}) compares with ${tap}, and the cache holds the teacher's heatmaps alone; remove one of the two`,
    );
  }
  if (!teacher) return issue(["losses", i], `losses[${i}] (${term.name}) compares with the teacher, but the recipe has no teacher`);
  const joints = jointsTaught(recipe);
  if (joints && tap !== undefined && !isInner(term)) {
    return issue(
      ["losses", i],
      `losses[${i}] (${term.name}) names ${tap}, whose joints are not the student's; leave it out: joints are taught by name`,
    );
  }
  if (joints && teacher.cache !== undefined) {
    return issue(["teacher", "cache"], "teacher.cache: holds heatmaps of the student's joints, and the teacher has others; remove it");
  }
  if (joints?.includes(null) && recipe.accumulate > 1 && "joints" in term && term.joints === "labelled") {
    return issue(
      ["accumulate"],
      `accumulate: losses[${i}] (${term.name}) divides by labelled joints that the teacher knows, which parts of a batch cannot count; set accumulate: 1 or joints: all`,
    );
  }
  if (!isInner(term) && !joints && teacher.joints !== student.joints) {
    return issue(
      ["losses", i],
      `losses[${i}] (${term.name}) compares heatmaps joint by joint, but the student has ${student.joints} joints and the teacher ${teacher.joints}`,
    );
  }
  return undefined;
}

/** Whether the networks put out what the term compares. */
function checkOperands(recipe: Recipe, i: number): DescribedIssue | undefined {
  const { student, teacher, data } = recipe;
  const term = recipe.losses[i]!;
  if (isInner(term)) return undefined; // looked for on a recorded graph, by createAdapters
  const at = `losses[${i}] (${term.name})`;
  const networks = Object.entries({ student, ...(teacher && looksAtTeacher(term) ? { teacher } : {}) });
  for (const [role, network] of networks) {
    const { name, codec } = cardOf(network, recipe, role);
    const wanted = term.kind === "simccKl" ? "simcc" : term.kind === "maskedL2" ? "pafs" : "heatmaps";
    // A teacher's heatmaps teach a student of SimCC by their marginals.
    const isMarginal = role === "teacher" && wanted === "simcc" && codec.kind === "heatmaps" && teacher?.cache === undefined;
    if (codec.kind !== wanted && !isMarginal) {
      return issue(["losses", i], `${at} compares ${outputNames[wanted]}, but the ${role} ${name} puts out ${outputNames[codec.kind]}`);
    }
  }
  for (const [key, path] of namedOutputs(term)) {
    const role = path.slice(0, path.indexOf("."));
    const network = role === "student" ? student : teacher;
    if (!network) continue; // checkTeacher has said so
    const known = cardOf(network, recipe, role)
      .outputs(data.input)
      .map(({ name }) => `${role}.${name}`);
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

/** The student's joints among the teacher's, where they differ. */
function jointsTaught(recipe: Recipe): TaughtJoints | null {
  if (!recipe.teacher) return null;
  return taughtJoints(recipe, { student: cardOf(recipe.student, recipe, "student"), teacher: cardOf(recipe.teacher, recipe, "teacher") });
}

function cardOf(network: NetworkRecipe, { data }: Recipe, role: string): ReturnType<typeof createNetwork>["card"] {
  return createNetwork(network, data.input, role).card;
}

function issue(path: readonly PropertyKey[], sentence: string): DescribedIssue {
  return { path, sentence };
}
