// The process that reads one annotation file, named by its arguments, and says what that took.
import { readDataset } from "@kindling/data";

/** What reading an annotation file took. */
export interface AnnotationsReading {
  readonly persons: number;
  readonly samples: number;
  /** From the start of the process to the dataset. */
  readonly seconds: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
}

const [annotations, images] = process.argv.slice(2);
const { persons, samples } = await readDataset({ annotations: annotations!, images: images! }); // both are given by the benchmark
const seconds = performance.now() / 1000;
const reading: AnnotationsReading = {
  persons: persons.length,
  samples: samples.length,
  seconds,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.send!(reading); // it is a fork
process.disconnect();
