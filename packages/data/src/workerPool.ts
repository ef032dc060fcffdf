import type { PreparedSamples, PrepareOptions } from "./prepareSamples.ts";
import type { Sample } from "./sample.ts";

/** Threads that prepare samples while the caller does something else. */
export interface WorkerPool {
  /** `prepareSamples` in one of the threads. @throws ImageError as it does. */
  prepare(samples: readonly Sample[], options: PrepareOptions): Promise<PreparedSamples>;
  /** Ends the threads; work under way is given up. */
  close(): Promise<void>;
}
