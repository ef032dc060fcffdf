import path from "node:path";
import type { Recipe } from "@kindling/trainer";
import type { Progress } from "../progress.ts";
import { demoFigure } from "./demoFigure.ts";
import { scoreTeacher } from "./scoreTeacher.ts";
import { type ArmResult, type Score, trainArm } from "./trainArm.ts";

export interface DemoOptions {
  /** Where everything goes. */
  readonly directory: string;
  /** Folder of baseline.yaml, distilled.yaml and the teacher's weights. */
  readonly recipes: string;
  readonly seed: number;
  readonly words: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** How much work; the demo's own when absent. */
  readonly budget?: DemoBudget;
}

/** What both arms get alike. */
export interface DemoBudget {
  /** Pictures drawn to train on and to measure on; some show two people. */
  readonly train: number;
  readonly heldOut: number;
  /** Absent: the recipes' own. */
  readonly epochs?: number;
}

/** Everything that the demo measured, and where it left its pictures. */
export interface DemoResult {
  readonly adapter: string;
  /** Channel multiplier of the student. */
  readonly width: number;
  readonly persons: { readonly train: number; readonly heldOut: number };
  readonly epochs: number;
  readonly teacher: Score;
  readonly baseline: ArmResult;
  readonly distilled: ArmResult;
  readonly seconds: number;
  readonly results: string;
  readonly people: string;
}

/** Far from the seeds of the people that the teacher and the backbone have seen. */
const firstSeed = 1000;
const ownBudget: DemoBudget = { train: 256, heldOut: 128 };
/** People shown in the picture of the end, three columns wide. */
const shown = 6;

/** The whole story: people are drawn, the teacher is measured, and one student is trained without and with its help on the same budget. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { openTunedDevice } = await import("../tune/tunedDevice.ts");
  const { createRunFolder, readRecipe, writeFileAtomically, writeSamplePictures } = await import("@kindling/trainer");
  const { coco17 } = await import("@kindling/pose");
  const { default: sharp } = await import("sharp");
  const { directory, progress, signal, words, budget = ownBudget } = options;
  const started = performance.now();
  const openDevice = () => openTunedDevice((text) => progress.note(text));
  using device = await openDevice();
  progress.note(`on ${device.info.description || device.info.device}`);

  const people = path.join(directory, "people");
  const train = await drawPeople(path.join(people, "train"), budget.train, firstSeed + 2 * options.seed, options);
  const heldOut = await drawPeople(path.join(people, "held-out"), budget.heldOut, firstSeed + 2 * options.seed + 1, options);
  const overrides = {
    seed: String(options.seed),
    "data.train.data": train.annotations,
    "data.train.images": train.images,
    "data.validation.data": heldOut.annotations,
    "data.validation.images": heldOut.images,
    ...(budget.epochs === undefined ? {} : { epochs: String(budget.epochs) }),
  };
  const recipe = (name: string): Promise<Recipe> => readRecipe(path.join(options.recipes, `${name}.yaml`), overrides);
  const [baselineRecipe, distilledRecipe] = [await recipe("baseline"), await recipe("distilled")];

  const teacher = await scoreTeacher(device, distilledRecipe);
  progress.note(`teacher ${distilledRecipe.teacher!.model}: PCK ${teacher.score.pck.toFixed(3)} on ${heldOut.samples} held-out people`);
  const arm = async (armRecipe: Recipe): Promise<ArmResult> => {
    const folder = await createRunFolder(path.join(directory, "runs"), armRecipe.name);
    return trainArm({ recipe: armRecipe, folder, openDevice, words, progress, signal });
  };
  const baseline = await arm(baselineRecipe);
  const distilled = await arm(distilledRecipe);

  const epochs = baselineRecipe.schedule.epochs;
  const results = path.join(directory, "results.png");
  await writeFileAtomically(
    results,
    await sharp(Buffer.from(await demoFigure(teacher.score, [baseline, distilled], epochs)))
      .png()
      .toBuffer(),
  );
  const poses = path.join(directory, "people.jpg");
  const tiles = Array.from({ length: Math.min(shown, teacher.tiles.length) }, (_, i) => [
    teacher.tiles[i]!,
    baseline.tiles[i]!,
    distilled.tiles[i]!,
  ]).flat();
  await writeSamplePictures(poses, tiles, coco17, { columns: 6 });
  return {
    adapter: device.fingerprint,
    width: baselineRecipe.student.width,
    persons: { train: train.samples, heldOut: heldOut.samples },
    epochs,
    teacher: teacher.score,
    baseline,
    distilled,
    seconds: (performance.now() - started) / 1000,
    results,
    people: poses,
  };
}

async function drawPeople(directory: string, count: number, seed: number, { progress, signal }: DemoOptions) {
  const { synthesizeDataset } = await import("@kindling/data");
  progress.begin(`drawing ${path.basename(directory)} people`, count);
  const made = await synthesizeDataset({
    directory,
    count,
    seed,
    width: 160,
    height: 120,
    onProgress(done) {
      signal.throwIfAborted();
      progress.update(done);
    },
  });
  progress.end();
  return made;
}
