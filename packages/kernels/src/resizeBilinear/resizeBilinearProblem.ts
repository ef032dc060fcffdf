import { type ResizeProblem, resizeUniforms } from "../resizeNearest/resizeProblem.ts";

/** A bilinear resize; `alignCorners` maps the centres of the corner pixels onto each other instead of the corners of the image. */
export type ResizeBilinearProblem = ResizeProblem & { readonly alignCorners: boolean };

/**
 * Uniform fields of the bilinear kernels. Output row o reads at input row max(0, o · rowStep + rowOffset) / rowUnit, columns alike: integers,
 * so that forward and backward agree to the bit on which outputs touch which inputs.
 */
export const resizeBilinearUniforms: typeof resizeUniforms & {
  readonly rowStep: "i32";
  readonly rowOffset: "i32";
  readonly rowUnit: "i32";
  readonly columnStep: "i32";
  readonly columnOffset: "i32";
  readonly columnUnit: "i32";
} = {
  ...resizeUniforms,
  rowStep: "i32",
  rowOffset: "i32",
  rowUnit: "i32",
  columnStep: "i32",
  columnOffset: "i32",
  columnUnit: "i32",
};

/** Uniforms of a bilinear resize: PyTorch's rule, (o + ½) · in / out − ½, or o · (in − 1) / (out − 1) with aligned corners (0 for one output). */
export function resizeBilinearValues(p: ResizeBilinearProblem): { readonly [K in keyof typeof resizeBilinearUniforms]: number } {
  const rows = axis(p.height, p.outHeight, p.alignCorners);
  const columns = axis(p.width, p.outWidth, p.alignCorners);
  return {
    batch: p.batch,
    height: p.height,
    width: p.width,
    channels: p.channels,
    outHeight: p.outHeight,
    outWidth: p.outWidth,
    rowStep: rows.step,
    rowOffset: rows.offset,
    rowUnit: rows.unit,
    columnStep: columns.step,
    columnOffset: columns.offset,
    columnUnit: columns.unit,
  };
}

function axis(
  size: number,
  outSize: number,
  alignCorners: boolean,
): { readonly step: number; readonly offset: number; readonly unit: number } {
  if (!alignCorners) return { step: 2 * size, offset: size - outSize, unit: 2 * outSize };
  return outSize > 1 ? { step: size - 1, offset: 0, unit: outSize - 1 } : { step: 0, offset: 0, unit: 1 };
}
