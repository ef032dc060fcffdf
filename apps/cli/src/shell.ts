import type { Progress, TextStream } from "./progress.ts";

/** What commands run in: where results go, where everything else goes, and the wish to stop. */
export interface Shell {
  readonly stdout: TextStream;
  readonly progress: Progress;
  /** Aborted by Ctrl-C: stop at the next step, save, and say how to go on. */
  readonly signal: AbortSignal;
  /** The words of the command line, for the record of a run. */
  readonly words: readonly string[];
}
