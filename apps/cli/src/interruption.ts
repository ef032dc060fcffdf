import type { Progress } from "./progress.ts";

/** The wish of the user, or of a batch system, that the command stops. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  ignore(): void;
}

/**
 * The first Ctrl-C (or SIGTERM) aborts the signal, and the command stops at its next step; the second ends the process with status 130.
 * A closed standard output, as `| head` leaves it, ends the process quietly.
 */
export function listenForInterruption(progress: Progress): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    progress.note("stopping at the next step; press Ctrl-C again to stop at once");
    controller.abort();
  };
  const leave = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  process.stdout.on("error", leave);
  return {
    signal: controller.signal,
    ignore: () => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      process.stdout.off("error", leave);
    },
  };
}
