import { LoaderError } from "./loaderError.ts";
import type { WorkerPool } from "./workerPool.ts";

/** None: in a page createImageBitmap already decodes outside the main thread. */
export function defaultWorkers(): number {
  return 0;
}

/** @throws LoaderError always: samples are prepared in the page itself. */
export function openWorkerPool(workers: number): WorkerPool {
  throw new LoaderError(`workers: a browser tab has no worker threads for samples; got ${workers}, use 0`);
}
