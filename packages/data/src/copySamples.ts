import { mapValues } from "./mapValues.ts";
import type { PreparedSamples } from "./prepareSamples.ts";

/** Sample n of `count`, as a view. */
export function sliceSample(samples: PreparedSamples, n: number, count: number): PreparedSamples {
  const part = <A extends Uint8Array | Float32Array>(values: A): A =>
    values.subarray((values.length / count) * n, (values.length / count) * (n + 1)) as A; // subarray keeps the class
  return {
    image: part(samples.image),
    targets: mapValues(samples.targets, part),
    ...(samples.teachers ? { teachers: mapValues(samples.teachers, part) } : {}),
  };
}

/** Copies one sample to place `at` of a batch. */
export function copySamples(from: PreparedSamples, batch: PreparedSamples, at: number, batchSize: number): void {
  const copy = <A extends Uint8Array | Float32Array>(values: A, into: A): void => into.set(values, (into.length / batchSize) * at);
  copy(from.image, batch.image);
  for (const [name, values] of Object.entries(from.targets)) copy(values, batch.targets[name]!);
  for (const [name, values] of Object.entries(from.teachers ?? {})) copy(values, batch.teachers![name]!); // there is room for what is stored
}
