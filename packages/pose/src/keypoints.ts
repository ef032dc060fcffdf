/** An array that is no sequence of key points, or not of the joints expected. */
export class KeypointsError extends Error {
  override readonly name = "KeypointsError";
}

/**
 * The number of joints k of key points [k·3]: x, y in pixels, then COCO's visibility (0 unlabelled, 1 hidden, 2 visible) or a score.
 * This is the one form of key points everywhere, and COCO's own in its files.
 * @throws KeypointsError when the length is no positive multiple of 3, or k is not the number expected.
 */
export function assertKeypoints(caller: string, keypoints: ArrayLike<number>, expected?: number): number {
  const joints = keypoints.length / 3;
  if (joints < 1 || !Number.isInteger(joints) || (expected !== undefined && joints !== expected)) {
    throw new KeypointsError(
      `${caller}: key points must be ${expected ?? "k"}·3 numbers (x, y, visibility or score per joint); got ${keypoints.length}`,
    );
  }
  return joints;
}
