import type { Program } from "@kindling/autograd";
import type { CommandTimer } from "@kindling/gpu";

/** A measurement lasts about so long, so that the way to the GPU and back does not count. */
const sampleLength = 20;

/** A function that measures one run of the program in milliseconds, as the mean of as many as make a measurement long enough. Warms up first. */
export async function sampleMilliseconds(timer: CommandTimer, program: Program): Promise<() => Promise<number>> {
  await program.timeReplays(timer, 1);
  const once = await program.timeReplays(timer, 1);
  const replays = Math.min(1000, Math.max(1, Math.ceil(sampleLength / Math.max(once, 1e-3))));
  return () => program.timeReplays(timer, replays);
}
