import { CommandTimer, type Device } from "@kindling/gpu";
import { type KernelCall, mergeChoices, problemText, raceVariants, type VariantRace } from "@kindling/kernels";
import type { Progress } from "../progress.ts";
import { updateChoicesFile } from "./choicesFile.ts";

/** Where choices go, and how long it may take. */
export interface RaceCallsOptions {
  readonly file: string;
  /** Writes only choices that differ from the rule of thumb's, and removes those that no longer do. */
  readonly onlyOthers: boolean;
  /** Of the timed runs of one race. */
  readonly seconds: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Races the variants of each call and writes each choice when it is found, so that what was measured stays when the user stops it. */
export async function raceCalls(device: Device, calls: readonly KernelCall[], options: RaceCallsOptions): Promise<readonly VariantRace[]> {
  const { file, onlyOthers, progress, signal } = options;
  using timer = new CommandTimer(device);
  const races: VariantRace[] = [];
  progress.begin("racing", calls.length);
  for (const call of calls) {
    const race = await raceVariants(device, call, { ...options, timer });
    for (const { variant, reason } of race.rejected) progress.note(warning(race, variant, reason));
    await updateChoicesFile(file, device.fingerprint, (before) => {
      const merged = mergeChoices(before, [race.choice]);
      return onlyOthers && race.choice.variant === race.ruleOfThumb ? merged.filter((choice) => choice !== race.choice) : merged;
    });
    races.push(race);
    progress.update(races.length, call.kernel.name);
    signal.throwIfAborted();
  }
  progress.end();
  return races;
}

/** A variant that is wrong is a mistake of ours or of the driver, and somebody should hear of it. */
function warning({ choice }: VariantRace, variant: string, reason: string): string {
  const what = `${choice.kernel}/${variant} is WRONG on this adapter and is not chosen: ${reason}`;
  return `WARNING: ${what}; storage ${choice.dtypes}, problem ${problemText(choice.problem)}. Please report it with this line.`;
}
