import { availableParallelism } from "node:os";
import Tinypool from "tinypool";
import type { PrepareAnswer } from "./prepare.worker.node.ts";
import { DatasetError, ImageError } from "./sample.ts";
import { workerEntry } from "./workerEntry.node.ts";
import type { WorkerPool } from "./workerPool.ts";

/**
 * How many threads a loader has when nobody says: all cores but the one that feeds the GPU, at most 8.
 * Decoding runs in libuv's threads, of which a process has 4 unless UV_THREADPOOL_SIZE was set before it started.
 */
export function defaultWorkers(): number {
  return Math.min(8, availableParallelism() - 1);
}

/** A pool of so many threads. They start with the first work, end after half a minute without any, and never keep the process alive. */
export function openWorkerPool(workers: number): WorkerPool {
  const pool = new Tinypool({
    filename: workerEntry("prepare").href,
    name: "prepareInWorker",
    minThreads: 0,
    maxThreads: workers,
    idleTimeout: 30_000,
    isolateWorkers: false,
  });
  return {
    async prepare(task) {
      const answer = (await pool.run(task)) as PrepareAnswer; // what the entry returns
      if (answer.kind === "imageError") throw new ImageError(answer.path, answer.problem);
      if (answer.kind === "datasetError") throw new DatasetError(answer.message);
      return answer.prepared;
    },
    close: () => pool.destroy(),
  };
}
