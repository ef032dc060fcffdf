import type { PreparedSamples } from "./prepareSamples.ts";
import type { PrepareTask } from "./prepareTask.ts";

/** Threads that prepare samples while the caller does something else. */
export interface WorkerPool {
  /** `runPrepareTask` in one of the threads. @throws ImageError and DatasetError as it does. */
  prepare(task: PrepareTask): Promise<PreparedSamples>;
  /** Ends the threads; work under way is given up. */
  close(): Promise<void>;
}
