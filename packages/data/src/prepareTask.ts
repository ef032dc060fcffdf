import type { PrepareOptions } from "./prepareSamples.ts";
import type { Sample } from "./sample.ts";

/** A few samples of a data set to prepare together; plain data, so that it can be sent to a worker thread. */
export interface PrepareTask {
  readonly samples: readonly Sample[];
  /** Their places in the data set, which are those of their stored records. */
  readonly indices: readonly number[];
  readonly options: PrepareOptions;
}
