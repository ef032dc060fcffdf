import { type AnyModule, heatmapsAt, ModelError } from "@kindling/models";
import { simccDecodings } from "@kindling/pose";
import { createNetwork } from "../createNetwork.ts";
import { missingPart } from "../partPath.ts";
import type { Recipe } from "../recipe.ts";
import { teachersOf } from "../teachers.ts";
import { checkLosses } from "./checkLosses.ts";
import { checkScenes } from "./checkScenes.ts";
import { checkTeacherNames, checkTeachers } from "./checkTeachers.ts";
import type { DescribedIssue } from "./describeIssue.ts";

/** The first disagreement between values that are each right alone, or none. */
export function checkRecipe(recipe: Recipe): DescribedIssue | undefined {
  return (
    checkTeacherNames(recipe) ??
    checkNetworks(recipe) ??
    checkTeachers(recipe) ??
    checkCodec(recipe) ??
    checkUdp(recipe) ??
    checkScenes(recipe) ??
    checkData(recipe) ??
    checkCrop(recipe) ??
    checkBoxes(recipe) ??
    checkAugmentation(recipe) ??
    checkLosses(recipe) ??
    checkOptimizer(recipe) ??
    checkSchedule(recipe)
  );
}

/** Records on disk are of crops by HRNet's rule. */
function checkUdp(recipe: Recipe): DescribedIssue | undefined {
  const { data } = recipe;
  if (data.codec.kind !== "heatmaps" || data.codec.encoding !== "udp") return undefined;
  if (data.crop === "stretched")
    return issue(["data", "crop"], "data.crop: udp's coding has crops of its own; take padded, or encoding: unbiased");
  const kept = { "data.train.crops": data.train.crops, "data.validation.crops": data.validation.crops };
  const found = Object.entries(kept).find(([, folder]) => folder !== undefined)?.[0] ?? cacheKey(recipe);
  if (found === undefined) return undefined;
  return issue(
    found.split("."),
    `${found}: is of crops by HRNet's rule, and udp's coding has crops of its own; remove it, or take encoding: unbiased`,
  );
}

function checkNetworks(recipe: Recipe): DescribedIssue | undefined {
  const { student, data } = recipe;
  const teachers = teachersOf(recipe).map((teacher) => ({ ...teacher, network: teacher.recipe }));
  for (const { key, path, network } of [{ key: "student", path: "student", network: student }, ...teachers]) {
    try {
      const model = createNetwork(network, data.input, path);
      if (model.card.codec.kind !== "simcc") heatmapsAt(model.card, data.input);
      if (path === "student" && student.backbone !== undefined && !model.backboneOf) {
        return issue(["student", "backbone"], `student.backbone: ${student.model} takes its pretrained layers from student.weights`);
      }
      const missing = path === "student" ? checkParts(recipe, model) : undefined;
      if (missing) return missing;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return issue([...key.split("."), error.option], `${key}.${error.option}: ${error.message}`);
    }
  }
  if (student.backbone !== undefined && student.weights !== undefined) {
    return issue(["student", "backbone"], "student.backbone: student.weights already holds the backbone; remove one of the two");
  }
  return undefined;
}

function checkCodec({ data: { codec, input }, student, evaluate }: Recipe): DescribedIssue | undefined {
  const { card } = createNetwork(student, input, "student");
  if (evaluate.decode !== undefined && card.codec.kind === "simcc" && !simccDecodings.some((known) => known === evaluate.decode)) {
    return issue(
      ["evaluate", "decode"],
      `evaluate.decode: ${card.name} puts out SimCC vectors, which are read by ${simccDecodings.join(" or ")}, not by ${evaluate.decode}`,
    );
  }
  if (codec.kind !== card.codec.kind) {
    const made = card.outputs(input).map(({ name }) => name);
    return issue(["data", "codec"], `data.codec: ${codec.kind} does not fit ${card.name}, which puts out ${made.join(" and ")}`);
  }
  if (codec.kind === "simcc" && card.codec.kind === "simcc" && codec.splitRatio !== card.codec.splitRatio) {
    return issue(
      ["data", "codec", "splitRatio"],
      `data.codec.splitRatio: ${card.name} has ${card.codec.splitRatio} bins a pixel, not ${codec.splitRatio}`,
    );
  }
  if (codec.kind !== "pafs" && codec.jointWeights && codec.jointWeights.length !== student.joints) {
    return issue(
      ["data", "codec", "jointWeights"],
      `data.codec.jointWeights: needs a weight for each of the ${student.joints} joints; got ${codec.jointWeights.length}`,
    );
  }
  return undefined;
}

/** Parts of the student that the recipe names. */
function checkParts({ freeze = [], optimizer: { groups = [] } }: Recipe, model: AnyModule): DescribedIssue | undefined {
  for (const [i, pattern] of freeze.entries()) {
    const missing = missingPart(pattern, model);
    if (missing) return issue(["freeze", i], `freeze[${i}]: ${missing}`);
  }
  for (const [i, { match }] of groups.entries()) {
    const missing = match?.startsWith("student") ? missingPart(match, model) : undefined;
    if (missing) return issue(["optimizer", "groups", i, "match"], `optimizer.groups[${i}].match: ${missing}`);
  }
  return undefined;
}

function checkData({ data, accumulate }: Recipe): DescribedIssue | undefined {
  if (data.batchSize % accumulate !== 0) {
    const divisors = Array.from({ length: data.batchSize }, (_, i) => i + 1).filter((parts) => data.batchSize % parts === 0);
    const nearest = divisors.reduce((best, parts) => (Math.abs(parts - accumulate) < Math.abs(best - accumulate) ? parts : best));
    return issue(
      ["accumulate"],
      `accumulate: a batchSize of ${data.batchSize} has no ${accumulate} equal parts; expected a divisor of it, such as ${nearest}`,
    );
  }
  const [height, width] = data.input;
  for (const [axis, [pixels, cells]] of Object.entries({ height: [height, data.heatmap[0]], width: [width, data.heatmap[1]] })) {
    if (pixels! % cells! !== 0) {
      return issue(["data", "heatmap"], `data.heatmap: ${cells} cells must divide the input's ${axis} of ${pixels} pixels`);
    }
  }
  if (height / data.heatmap[0] !== width / data.heatmap[1]) {
    return issue(["data", "heatmap"], `data.heatmap: ${data.heatmap.join(" × ")} cells of an input of ${height} × ${width} are not square`);
  }
  return undefined;
}

function checkBoxes({ data: { validation, codec }, metric }: Recipe): DescribedIssue | undefined {
  if (!validation.boxes) return undefined;
  const path = ["data", "validation", "boxes"];
  if (codec.kind === "pafs") return issue(path, "data.validation.boxes: a network with codec pafs finds persons itself; remove boxes");
  if (metric !== "AP")
    return issue(
      path,
      `data.validation.boxes: detected boxes have no key points to compare with, so that AP alone is measured; set metric: AP`,
    );
  if (validation.crops !== undefined)
    return issue(path, "data.validation.boxes: the stored crops are of annotated boxes; remove boxes or crops");
  return undefined;
}

/** Stretched crops are made from the images, one a person, as they are. */
function checkCrop(recipe: Recipe): DescribedIssue | undefined {
  const { data } = recipe;
  if (data.crop === "padded") return undefined;
  const clash =
    data.codec.kind === "pafs"
      ? "codec pafs sees whole images"
      : data.augment !== "none" || (data.augmentLast && data.augmentLast.augment !== "none")
        ? "augmentation makes padded crops"
        : data.train.crops !== undefined || data.validation.crops !== undefined
          ? "the stored crops are padded"
          : cacheKey(recipe) !== undefined
            ? "the teacher's cached heatmaps are of padded crops"
            : undefined;
  return clash === undefined ? undefined : issue(["data", "crop"], `data.crop: ${clash}, so they cannot be ${data.crop}`);
}

function checkAugmentation(recipe: Recipe): DescribedIssue | undefined {
  const { data, schedule } = recipe;
  const { augment, augmentLast, train, cache } = data;
  if (augmentLast && augmentLast.epochs > schedule.epochs) {
    return issue(
      ["data", "augmentLast", "epochs"],
      `data.augmentLast.epochs: the last epochs are at most the ${schedule.epochs} of the run; got ${augmentLast.epochs}`,
    );
  }
  const key = augment !== "none" ? "data.augment" : augmentLast && augmentLast.augment !== "none" ? "data.augmentLast" : undefined;
  if (key === undefined) return undefined;
  const kept = (path: string, what: string): DescribedIssue =>
    issue(path.split("."), `${path}: holds ${what}, and ${key} makes other crops in every epoch; remove one of the two`);
  if (train.crops !== undefined) return kept("data.train.crops", "each person's crop as it is without augmentation");
  const ofTeacher = cacheKey(recipe);
  if (ofTeacher !== undefined) return kept(ofTeacher, "the teacher's heatmaps of crops without augmentation");
  return cache ? kept("data.cache", "every person as prepared in the first epoch") : undefined;
}

/** Where the recipe has its first cached teacher's cache. */
function cacheKey(recipe: Recipe): string | undefined {
  const cached = teachersOf(recipe).find((teacher) => teacher.recipe.cache !== undefined);
  return cached && `${cached.key}.cache`;
}

function checkOptimizer({ optimizer }: Recipe): DescribedIssue | undefined {
  if (optimizer.kind !== "sgd") return undefined;
  const { momentum, dampening, nesterov } = optimizer;
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    return issue(
      ["optimizer", "nesterov"],
      `optimizer.nesterov: Nesterov momentum needs a momentum above 0 and no dampening; got momentum ${momentum}, dampening ${dampening}`,
    );
  }
  if (dampening !== 0 && momentum === 0) {
    return issue(["optimizer", "dampening"], `optimizer.dampening: there is no momentum to dampen; got dampening ${dampening}`);
  }
  return undefined;
}

function checkSchedule({ schedule }: Recipe): DescribedIssue | undefined {
  const wrong = (key: string, sentence: string): DescribedIssue => issue(["schedule", key], `schedule.${key}: ${sentence}`);
  switch (schedule.kind) {
    case "constant":
      return undefined;
    case "warmupCosine":
      if (schedule.warmupEpochs <= schedule.epochs) return undefined;
      return wrong(
        "warmupEpochs",
        `the warm-up must not be longer than the ${schedule.epochs} epochs of the run; got ${schedule.warmupEpochs}`,
      );
    case "flatCosine":
      if (schedule.flatEpochs <= schedule.epochs) return undefined;
      return wrong("flatEpochs", `expected at most the ${schedule.epochs} epochs of the run; got ${schedule.flatEpochs}`);
    case "multistep":
      if (isRising(schedule.milestones)) return undefined;
      return wrong("milestones", `expected rising numbers; got ${schedule.milestones.join(", ")}`);
    case "piecewise": {
      const from = schedule.points.map((point) => point.from);
      if (isRising(from) && from[0] === 0) return undefined;
      return wrong("points", `expected a first point from 0 and rising ones after it; got ${from.join(", ")}`);
    }
    default:
      return schedule satisfies never;
  }
}

function isRising(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}

function issue(path: readonly PropertyKey[], sentence: string): DescribedIssue {
  return { path, sentence };
}
