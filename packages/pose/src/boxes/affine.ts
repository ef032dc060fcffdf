/** A point in pixels: x, y. */
export type Point = readonly [number, number];

/** The 2×3 matrix [[a, b, c], [d, e, f]] row by row: x' = a·x + b·y + c, y' = d·x + e·y + f. */
export type Affine = readonly [number, number, number, number, number, number];

/** A transform that cannot be undone. */
export class AffineError extends Error {
  override readonly name = "AffineError";
}

/** The image of a point. */
export function applyAffine([a, b, c, d, e, f]: Affine, [x, y]: Point): Point {
  return [a * x + b * y + c, d * x + e * y + f];
}

/**
 * The transform back, in the order of operations of `cv2.warpAffine` (imgproc/src/imgwarp.cpp): crops whose pixels fall on ties are rounded as there.
 * @throws AffineError when the matrix is singular.
 */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  if (determinant === 0 || !Number.isFinite(determinant)) {
    throw new AffineError(`invertAffine: the matrix must be invertible; its determinant is ${determinant}`);
  }
  const scale = 1 / determinant;
  const [a1, b1, d1, e1] = [e * scale, b * -scale, d * -scale, a * scale];
  return [a1, b1, -a1 * c - b1 * f, d1, e1, -d1 * c - e1 * f];
}

/** Key points [k·3] with x and y transformed and the third value (visibility or score) kept. */
export function transformKeypoints(affine: Affine, keypoints: ArrayLike<number>): Float64Array {
  const result = Float64Array.from(keypoints);
  for (let at = 0; at + 2 < result.length; at += 3) {
    const [x, y] = applyAffine(affine, [result[at]!, result[at + 1]!]);
    result[at] = x;
    result[at + 1] = y;
  }
  return result;
}
