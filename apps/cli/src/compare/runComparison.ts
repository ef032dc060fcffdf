import path from "node:path";
import type { Device } from "@kindling/gpu";
import type { ImagePckSample } from "@kindling/pose";
import {
  measureRecipeTeacher,
  type Recipe,
  type RunFolder,
  readRecipeData,
  readResults,
  type Teacher,
  teacherLabel,
  teachersOf,
  withoutTeachers,
  writeFileAtomically,
} from "@kindling/trainer";
import sharp from "sharp";
import { InputError } from "../exit.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";
import { budgetProblem } from "./checkBudget.ts";
import { type ComparedArm, hasTeacherOf, isOfTeacher, meansPrevious, readArm, withPrevious } from "./comparedArm.ts";
import { type ArmCurve, compareFigure } from "./compareFigure.ts";
import { compareReport } from "./compareReport.ts";
import { type ArmRuns, type Comparison, compareArms } from "./comparison.ts";
import { evaluateRun } from "./evaluateRun.ts";
import { trainStage } from "./trainStage.ts";

/** What is compared, and where everything goes. */
export interface RunComparisonOptions {
  /** `a.yaml`, or `a.yaml+b.yaml` for two stages; the first is the baseline. */
  readonly operands: readonly string[];
  readonly seeds: readonly number[];
  /** Values of every recipe, by dotted path. */
  readonly changes: Readonly<Record<string, string>>;
  readonly anyBudget: boolean;
  readonly out: string;
  readonly words: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What a comparison found, and its files. */
export interface ComparedRuns {
  readonly comparison: Comparison;
  readonly teachers: readonly { readonly name: string; readonly pck: number }[];
  readonly joints: readonly string[];
  readonly threshold: number;
  readonly adapter: string;
  readonly report: string;
  readonly picture: string;
  readonly file: string;
}

/**
 * Trains every arm with every seed, or goes on with what an earlier call has trained, and compares their best weights on the same persons.
 * Null when the signal stopped it: the same call goes on.
 * @throws InputError when the arms cannot be compared fairly, or `out` holds other runs.
 */
export async function runComparison(options: RunComparisonOptions): Promise<ComparedRuns | null> {
  const { operands, seeds, changes, out, words, progress, signal } = options;
  if (operands.length < 2) throw new InputError("a comparison needs two recipes at least; the first is the baseline");
  if (new Set(seeds).size !== seeds.length) throw new InputError(`seeds: expected different ones; got ${seeds.join(",")}`);
  const arms = await Promise.all(operands.map((operand) => readArm(operand, seeds[0]!, changes))); // a list of numbers has one
  for (const key of Object.keys(changes).filter(isOfTeacher)) {
    if (arms.some(({ stages }) => stages.some((recipe) => hasTeacherOf(key, recipe)))) continue;
    throw new InputError(`${key}: none of these recipes has the key ${/^teacher(?:s(?:\.\w+)?)?/.exec(key)![0]}`); // isOfTeacher saw to it
  }
  const twice = arms.find(({ name }, i) => arms.findIndex((arm) => arm.name === name) !== i);
  if (twice) throw new InputError(`two arms are named ${twice.name}; give their recipes different names`);
  const problem = budgetProblem(arms, options.anyBudget);
  if (problem) throw new InputError(problem);
  await makeOutputFolder("out", out);

  const openDevice = () => openTunedDevice((text) => progress.note(text));
  const trained: { readonly arm: ComparedArm; readonly runs: readonly SeedRun[] }[] = arms.map((arm) => ({ arm, runs: [] }));
  for (const seed of seeds) {
    for (const [i, operand] of operands.entries()) {
      const run = await trainSeed(await readArm(operand, seed, changes), seed, openDevice, options);
      if (!run) return null;
      trained[i] = { arm: arms[i]!, runs: [...trained[i]!.runs, run] };
    }
  }

  const [baseline] = arms.map(({ stages }) => stages.at(-1)!); // two arms, of a stage at least
  const { training, validation } = await readRecipeData(withoutCaches(baseline!));
  using device = await openDevice();
  const evaluated: ArmRuns[] = [];
  for (const { arm, runs } of trained) {
    progress.note(`evaluating ${arm.name}`);
    const samples: (readonly ImagePckSample[])[] = [];
    for (const { folder, recipe } of runs) samples.push(await evaluateRun(device, folder.path, recipe, validation, signal));
    evaluated.push({ name: arm.name, runs: samples });
  }
  const teachers = await measureTeachers(device, arms, validation, progress);

  const threshold = baseline!.pckThreshold;
  const comparison = compareArms(evaluated, threshold);
  const [picture, report, file] = ["results.png", "report.md", "compare.json"].map((name) => path.join(out, name)) as [
    string,
    string,
    string,
  ];
  const curves = await Promise.all(trained.map(({ arm, runs }) => curveOf(arm, runs)));
  const svg = compareFigure(curves, teachers, comparison);
  await writeFileAtomically(picture, await sharp(Buffer.from(svg)).png().toBuffer());
  const facts = {
    command: ["kindling", ...words].join(" "),
    adapter: device.fingerprint,
    seeds,
    epochs: arms.map(({ stages }) => stages.reduce((sum, { schedule }) => sum + schedule.epochs, 0)),
    persons: { training: training.samples.length, validation: validation.samples.length },
    images: new Set(validation.samples.map(({ imageId }) => imageId)).size,
    batchSize: baseline!.data.batchSize,
    input: baseline!.data.input,
    threshold,
    joints: validation.skeleton.joints,
    teachers,
  };
  await writeFileAtomically(report, compareReport(comparison, facts));
  await writeFileAtomically(file, `${JSON.stringify({ ...comparison, ...facts }, null, 2)}\n`);
  return { comparison, teachers, joints: validation.skeleton.joints, threshold, adapter: device.fingerprint, report, picture, file };
}

/** An arm trained with one seed. */
interface SeedRun {
  /** Of its last stage. */
  readonly folder: RunFolder;
  readonly recipe: Recipe;
  readonly stages: readonly RunFolder[];
}

async function trainSeed(
  arm: ComparedArm,
  seed: number,
  openDevice: () => Promise<Device>,
  { out, words, progress, signal }: RunComparisonOptions,
): Promise<SeedRun | null> {
  const stages: RunFolder[] = [];
  let [recipe, anew] = [arm.stages[0]!, false]; // of a stage at least
  for (const [i, stage] of arm.stages.entries()) {
    const before = stages.at(-1);
    recipe = before ? withPrevious(stage, arm.stages[i - 1]!, before.bestWeights) : stage; // a folder a stage
    const name = `${arm.name}-seed-${seed}${arm.stages.length > 1 ? `-stage-${i + 1}` : ""}`;
    const done = await trainStage({ recipe, runs: path.join(out, "runs"), name, anew, openDevice, words, progress, signal });
    if (!done) return null;
    stages.push(done.folder);
    anew = done.trained;
  }
  return { folder: stages.at(-1)!, recipe, stages };
}

/** Each teacher that an arm names, on the persons that the arms are compared on. */
async function measureTeachers(
  device: Device,
  arms: readonly ComparedArm[],
  validation: Parameters<typeof measureRecipeTeacher>[3],
  progress: Progress,
): Promise<readonly { readonly name: string; readonly pck: number }[]> {
  const byKey = new Map<string, { readonly recipe: Recipe; readonly teacher: Teacher }>();
  for (const { stages } of arms) {
    for (const [i, recipe] of stages.entries()) {
      const { codec, crop, input } = recipe.data;
      if (codec.kind === "pafs") continue; // measured by persons found, as no teacher is
      for (const teacher of teachersOf(recipe)) {
        const { weights, normalization } = teacher.recipe;
        if (meansPrevious(weights, stages[i - 1])) continue;
        byKey.set(JSON.stringify([weights, normalization, crop, input]), { recipe, teacher });
      }
    }
  }
  const measured: { readonly name: string; readonly pck: number }[] = [];
  for (const { recipe, teacher } of byKey.values()) {
    const name = teacherLabel(teacher, teacher.recipe.model);
    progress.note(`evaluating the teacher ${name}`);
    const found = await measureRecipeTeacher(device, recipe, teacher.recipe, validation);
    if (found?.pck) measured.push({ name, pck: found.pck.value });
  }
  return measured;
}

/** The mean over seeds of what validations measured, the epochs of later stages after those of earlier ones. */
async function curveOf(arm: ComparedArm, runs: readonly SeedRun[]): Promise<ArmCurve> {
  const byEpoch = new Map<number, number[]>();
  for (const { stages } of runs) {
    let before = 0;
    for (const [i, folder] of stages.entries()) {
      for (const row of await readResults(folder.results)) {
        const value = row["validation/pck"];
        if (value === undefined) continue;
        const epoch = before + row.epoch;
        byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value]);
      }
      before += arm.stages[i]!.schedule.epochs; // a folder a stage
    }
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { name: arm.name, points: [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, values]) => [epoch, mean(values)] as const) };
}

/** The same data without what is stored of them, which nobody reads here. */
function withoutCaches(whole: Recipe): Recipe {
  const { data, ...recipe } = withoutTeachers(whole);
  const { crops: _train, ...train } = data.train;
  const { crops: _validation, ...validation } = data.validation;
  return { ...recipe, data: { ...data, train, validation } };
}
