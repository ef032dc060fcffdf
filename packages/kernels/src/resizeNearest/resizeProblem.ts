/** One resize: x [batch, height, width, channels], y [batch, outHeight, outWidth, channels]. */
export type ResizeProblem = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
};

/** Uniform fields of every resizing kernel. */
export const resizeUniforms = { batch: "u32", height: "u32", width: "u32", channels: "u32", outHeight: "u32", outWidth: "u32" } as const;

/** Positions are exact integers while a height or width, in or out, stays at or below this. */
export const resizeLargestSize = 16_384;

/** Elements of x, and of y. */
export function resizeSizes(p: ResizeProblem): { readonly inputs: number; readonly outputs: number } {
  return { inputs: p.batch * p.height * p.width * p.channels, outputs: p.batch * p.outHeight * p.outWidth * p.channels };
}
