import { threadIndex } from "./kernel.ts";

/**
 * Rows of an image that one thread of a banded shader works on. Finding a thread's pixel takes integer divisions, which processors do one lane at a
 * time: four rows a thread made these kernels twice as fast on SwiftShader, and still leave a GPU its parallelism.
 */
const rowsPerThread = 4;

/** Threads of a shader that starts with {@link imageBands}; `columns` is the width times the channels (or groups of them) of a pixel. */
export function imageBandThreads(batch: number, height: number, columns: number): number {
  return batch * Math.ceil(height / rowsPerThread) * columns;
}

/** WGSL expressions for the sizes of the image that threads are numbered over. */
export interface ImageBandSizes {
  readonly height: string;
  readonly width: string;
  /** Channels, or groups of them, of which a thread takes one. */
  readonly channels: string;
}

/**
 * WGSL head of an entry point whose threads take every `bands`-th row from `firstRow` on, at one `column` and one `channel` of `channels` of image
 * `n`, so that neighbouring threads touch neighbouring memory.
 */
export function imageBands({ height, width, channels }: ImageBandSizes): string {
  return `
${threadIndex(64)}
  let channels = ${channels};
  let bands = (${height} + ${rowsPerThread - 1}u) / ${rowsPerThread}u;
  if (index >= u.batch * bands * ${width} * channels) { return; }
  let pixel = index / channels;
  let channel = index - pixel * channels;
  let band = pixel / ${width};
  let column = pixel - band * ${width};
  let n = band / bands;
  let firstRow = band - n * bands;`;
}
