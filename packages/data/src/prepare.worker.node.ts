import { decodeImage } from "./decode.node.ts";
import { allocateSamples, type PreparedSamples, type PrepareOptions, prepareSamples } from "./prepareSamples.ts";
import { ImageError, type Sample } from "./sample.ts";

export interface PrepareTask {
  readonly samples: readonly Sample[];
  readonly options: PrepareOptions;
}

/** An ImageError is sent as data, because errors lose their class between threads. */
export type PrepareAnswer =
  | { readonly kind: "prepared"; readonly prepared: PreparedSamples<SharedArrayBuffer> }
  | { readonly kind: "imageError"; readonly path: string; readonly problem: string };

/** The entry of a worker thread: `prepareSamples` into shared memory, which reaches the main thread without a copy. */
export async function prepareInWorker({ samples, options }: PrepareTask): Promise<PrepareAnswer> {
  const joints = samples[0]!.keypoints.length / 3; // a task has at least one sample
  const prepared = allocateSamples(samples.length, joints, options, (bytes) => new SharedArrayBuffer(bytes));
  try {
    await prepareSamples(samples, options, decodeImage, prepared);
    return { kind: "prepared", prepared };
  } catch (error) {
    if (error instanceof ImageError) return { kind: "imageError", path: error.path, problem: error.problem };
    throw error;
  }
}
