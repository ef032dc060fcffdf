import type { PreparedSamples } from "./prepareSamples.ts";
import { allocateTask, type PrepareTask } from "./prepareTask.ts";
import { runPrepareTask } from "./runPrepareTask.node.ts";
import { DatasetError, ImageError } from "./sample.ts";

/** ImageError and DatasetError are sent as data, because errors lose their class between threads. */
export type PrepareAnswer =
  | { readonly kind: "prepared"; readonly prepared: PreparedSamples<SharedArrayBuffer> }
  | { readonly kind: "imageError"; readonly path: string; readonly problem: string }
  | { readonly kind: "datasetError"; readonly message: string };

/** The entry of a worker thread: runs a task into shared memory, which reaches the main thread without a copy. */
export async function prepareInWorker(task: PrepareTask): Promise<PrepareAnswer> {
  const prepared = allocateTask(task, (bytes) => new SharedArrayBuffer(bytes));
  try {
    await runPrepareTask(task, prepared);
    return { kind: "prepared", prepared };
  } catch (error) {
    if (error instanceof ImageError) return { kind: "imageError", path: error.path, problem: error.problem };
    if (error instanceof DatasetError) return { kind: "datasetError", message: error.message };
    throw error;
  }
}
