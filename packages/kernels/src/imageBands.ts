import { grid, type Problem, threadIndex, type Variant } from "./kernel.ts";
import type { Lanes } from "./lanes.ts";

/**
 * Rows of an image that one thread of a banded shader works on. Finding a thread's pixel takes integer divisions, which processors do one lane at a
 * time: four rows a thread made these kernels twice as fast on SwiftShader, and still leave a GPU its parallelism.
 */
const rowsPerThread = 4;

/** Threads of a shader that starts with {@link imageBands}; `columns` is the width times the channels (or groups of them) of a pixel. */
export function imageBandThreads(batch: number, height: number, columns: number): number {
  return batch * Math.ceil(height / rowsPerThread) * columns;
}

/**
 * Variants of a kernel whose shader starts with {@link imageBands}, with one channel a thread, or four where the channels allow it; `sizeOf` is the
 * height and width of the image that threads are numbered over, `vectors` are the bindings that a source of four lanes sees as vectors.
 */
export function imageBandVariants<P extends Problem & { readonly batch: number; readonly channels: number }>(
  sizeOf: (problem: P) => readonly [height: number, width: number],
  vectors: readonly string[],
  source: (lanes: Lanes, problem: P) => string,
): readonly [Variant<P>, ...Variant<P>[]] {
  const workgroups = (problem: P, lanes: Lanes) => {
    const [height, width] = sizeOf(problem);
    return grid(imageBandThreads(problem.batch, height, (width * problem.channels) / lanes), 64);
  };
  return [
    { id: "scalar", supports: () => true, source: (problem) => source(1, problem), workgroups: (problem) => workgroups(problem, 1) },
    {
      id: "vector",
      supports: ({ channels }) => channels % 4 === 0,
      vectors: () => vectors,
      source: (problem) => source(4, problem),
      workgroups: (problem) => workgroups(problem, 4),
    },
  ];
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
