import type { Device } from "@kindling/gpu";
import type { Recipe, RunFolder, SampleTile } from "@kindling/trainer";
import type { Progress } from "../progress.ts";
import { versions } from "../versions.ts";

/** A network's figures on the held-out people. */
export interface Score {
  /** Fraction 0–1. */
  readonly pck: number;
  /** Ground-truth loss per visible joint and pixel. */
  readonly loss: number;
}

/** What training one arm gave: its score after the last epoch, the way there, and crops with its predictions. */
export interface ArmResult {
  readonly name: string;
  readonly run: string;
  readonly score: Score;
  readonly curve: readonly { readonly epoch: number; readonly score: Score }[];
  readonly tiles: readonly SampleTile[];
  readonly parameters: number;
}

export interface TrainArmOptions {
  readonly recipe: Recipe;
  readonly folder: RunFolder;
  readonly openDevice: () => Promise<Device>;
  readonly words: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Trains one recipe as `kindling train` does. @throws AbortError when the user stops it. */
export async function trainArm({ recipe, folder, openDevice, words, progress, signal }: TrainArmOptions): Promise<ArmResult> {
  const { trainRun } = await import("@kindling/trainer");
  const curve: { epoch: number; score: Score }[] = [];
  let [tiles, parameters]: [readonly SampleTile[], number] = [[], 0];
  for await (const event of trainRun({ recipe, folder, resume: false, openDevice, argv: words, versions: versions(), signal })) {
    signal.throwIfAborted();
    if (event.kind === "start") {
      parameters = event.parameters;
      progress.begin(recipe.name, recipe.schedule.epochs * event.trainer.stepsPerEpoch);
    } else if (event.kind === "step") {
      progress.update(event.step, `loss ${event.losses.total!.toPrecision(3)}`); // every step has a total
    } else if (event.kind === "validation") {
      curve.push({ epoch: event.epoch, score: { pck: event.evaluation.pck, loss: event.evaluation.loss ?? Number.NaN } });
      tiles = event.evaluation.tiles;
    }
  }
  progress.end();
  return { name: recipe.name, run: folder.path, score: curve.at(-1)!.score, curve, tiles, parameters }; // the last epoch is always validated
}
