import { rm } from "node:fs/promises";
import path from "node:path";
import type { Device } from "@kindling/gpu";
import {
  createRunFolder,
  loadCheckpoint,
  openRunFolder,
  type Recipe,
  type RunFolder,
  readRecipe,
  readRunDescription,
  recipeDigest,
  trainRun,
} from "@kindling/trainer";
import { InputError } from "../exit.ts";
import type { Progress } from "../progress.ts";
import { versions } from "../versions.ts";

/** One run of a comparison. */
export interface TrainStageOptions {
  readonly recipe: Recipe;
  /** Folder of the runs. */
  readonly runs: string;
  /** Name of its folder. */
  readonly name: string;
  /** Trains it anew, whatever is there: what it starts from has changed. */
  readonly anew: boolean;
  readonly openDevice: () => Promise<Device>;
  readonly words: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Trains a recipe into its folder, goes on where an earlier call stopped, and does nothing where it has finished. Returns the folder, and whether
 * anything was trained; null when the signal stopped it.
 * @throws InputError when the folder holds a run of another recipe; otherwise as trainRun.
 */
export async function trainStage(options: TrainStageOptions): Promise<{ readonly folder: RunFolder; readonly trained: boolean } | null> {
  const { recipe, runs, name, anew, openDevice, words, progress, signal } = options;
  if (signal.aborted) return null;
  const place = path.join(runs, name);
  if (anew) await rm(place, { recursive: true, force: true });
  const existing = await openRunFolder(place).catch(() => null);
  const begun = existing ? await progressOf(existing) : null;
  if (existing && begun) {
    if (recipeDigest(await readRecipe(existing.recipe)) !== recipeDigest(recipe)) {
      throw new InputError(`${place} holds a run of another recipe; choose another out=, or remove the folder`);
    }
    if (begun.stopped || begun.epochs >= recipe.schedule.epochs) return { folder: existing, trained: false };
  } else await rm(place, { recursive: true, force: true }); // a run without a state has nothing to go on from
  const folder = begun && existing ? existing : await createRunFolder(runs, name);
  let interrupted = false;
  for await (const event of trainRun({ recipe, folder, resume: begun !== null, openDevice, argv: words, versions: versions(), signal })) {
    if (event.kind === "teacher") progress.note(`${name}: ${event.text}`);
    else if (event.kind === "start") progress.begin(name, recipe.schedule.epochs * event.trainer.stepsPerEpoch, event.fromStep);
    else if (event.kind === "step")
      progress.update(event.step, `loss ${event.losses.total!.toPrecision(3)}`); // every step has a total
    else if (event.kind === "interrupted") interrupted = true; // its state is saved after this event
  }
  progress.end();
  return interrupted ? null : { folder, trained: true };
}

/** How far a run has come; null before its first state. */
async function progressOf(folder: RunFolder): Promise<{ readonly epochs: number; readonly stopped: boolean } | null> {
  const checkpoint = await loadCheckpoint(folder.state).catch(() => null);
  if (!checkpoint) return null;
  return { epochs: checkpoint.state.epoch, stopped: (await readRunDescription(folder)).stopped !== undefined };
}
