import type { KernelTiming, Program, ProgramTimings } from "@kindling/autograd";
import { median } from "@kindling/kernels";

/** How long the dispatches of a program take. */
export interface ProgramTimes {
  readonly name: string;
  /** How often what is profiled runs it: a step in parts, once a part. */
  readonly runs: number;
  readonly clock: ProgramTimings["clock"];
  /** In the order of the dispatches; medians of all rounds. */
  readonly kernels: readonly KernelTiming[];
  readonly rounds: number;
}

/** Rounds are added until they have taken so long, or are so many. */
const enough = { milliseconds: 4000, rounds: 9 };

/** Profiles programs that belong together, in turn, a few times, each once a round; `runs` is how often the whole runs each, by default once. The first round, in which drivers finish compiling, does not count. */
export async function timePrograms(
  programs: Readonly<Record<string, Program>>,
  signal: AbortSignal,
  runs: Readonly<Record<string, number>> = {},
): Promise<readonly ProgramTimes[]> {
  const rounds: Record<string, ProgramTimings>[] = [];
  let start = performance.now();
  for (let round = 0; round <= enough.rounds; round++) {
    signal.throwIfAborted();
    const timings: Record<string, ProgramTimings> = {};
    for (const [name, program] of Object.entries(programs)) timings[name] = await program.profile();
    if (round === 0) start = performance.now();
    else rounds.push(timings);
    if (round > 0 && performance.now() - start > enough.milliseconds) break;
  }
  return Object.keys(programs).map((name) => {
    const all = rounds.map((timings) => timings[name]!);
    const kernels = all[0]!.kernels.map((kernel, i) => ({
      ...kernel,
      microseconds: median(all.map((timings) => timings.kernels[i]!.microseconds)),
    }));
    return { name, runs: runs[name] ?? 1, clock: all[0]!.clock, kernels, rounds: rounds.length };
  });
}
