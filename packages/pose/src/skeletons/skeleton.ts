/** A skeleton as data: what the joints are called, what joins them, and how they mirror. */
export interface Skeleton {
  readonly name: string;
  /** Unique names, in the order of every key point array. */
  readonly joints: readonly string[];
  /** Pairs of joint indices to draw a line between. */
  readonly limbs: readonly (readonly [number, number])[];
  /** Pairs [left, right] of joint indices that swap when the image is mirrored; joints on the body's axis are in none. */
  readonly flipPairs: readonly (readonly [number, number])[];
  /** Standard deviation of human annotation per joint, relative to √area: the σ of COCO's object key point similarity. */
  readonly sigmas: readonly number[];
  /** Joints that are by definition the mean of others, by name: OpenPose's neck is the middle of the shoulders. */
  readonly means?: Readonly<Record<string, readonly string[]>>;
  /** CSS colour per limb; without it limbs are coloured by the side of the body. */
  readonly colors?: readonly string[];
}

/** A skeleton whose parts contradict one another. */
export class SkeletonError extends Error {
  override readonly name = "SkeletonError";
}

/**
 * Returns the skeleton after checking it.
 * @throws SkeletonError when a name repeats, an index is not a joint, a joint mirrors twice, or sigmas or colours are too many or few.
 */
export function defineSkeleton(skeleton: Skeleton): Skeleton {
  const { name, joints, limbs, flipPairs, sigmas, colors, means = {} } = skeleton;
  const fail = (problem: string): never => {
    throw new SkeletonError(`skeleton ${name}: ${problem}`);
  };
  const repeated = joints.find((joint, i) => joints.indexOf(joint) !== i);
  if (joints.length === 0) fail("has no joints");
  if (repeated !== undefined) fail(`two joints are called ${repeated}`);
  for (const [a, b] of [...limbs, ...flipPairs]) {
    for (const joint of [a, b]) if (joints[joint] === undefined) fail(`the pair [${a}, ${b}] names no joint of 0…${joints.length - 1}`);
    if (a === b) fail(`the pair [${a}, ${b}] joins a joint with itself`);
  }
  const mirrored = flipPairs.flat();
  const twice = mirrored.find((joint, i) => mirrored.indexOf(joint) !== i);
  if (twice !== undefined) fail(`${joints[twice]} is in two flip pairs`);
  const nowhere = Object.keys(means).find((joint) => !joints.includes(joint));
  if (nowhere !== undefined) fail(`${nowhere} is a mean of others, but no joint`);
  if (sigmas.length !== joints.length) fail(`needs ${joints.length} sigmas, one per joint; got ${sigmas.length}`);
  const badSigma = sigmas.find((sigma) => !(sigma > 0));
  if (badSigma !== undefined) fail(`a sigma must be above 0; got ${badSigma}`);
  if (colors && colors.length !== limbs.length) fail(`needs ${limbs.length} colours, one per limb; got ${colors.length}`);
  return skeleton;
}

/** For each joint the joint it becomes in a mirrored image: the channel order of a flipped heatmap. Its own inverse. */
export function flipPermutation(skeleton: Skeleton): readonly number[] {
  const permutation = skeleton.joints.map((_, joint) => joint);
  for (const [left, right] of skeleton.flipPairs) {
    permutation[left] = right;
    permutation[right] = left;
  }
  return permutation;
}

/**
 * Key points of the mirrored image: x' = width − 1 − x, and left and right change places.
 * Key points [k·3]: x, y in pixels and visibility or score; a joint with v = 0 keeps its coordinates.
 */
export function flipKeypoints(keypoints: ArrayLike<number>, skeleton: Skeleton, width: number): Float64Array {
  const flipped = new Float64Array(keypoints.length);
  for (const [to, from] of flipPermutation(skeleton).entries()) {
    const x = keypoints[from * 3]!;
    const v = keypoints[from * 3 + 2]!;
    flipped.set([v === 0 ? x : width - 1 - x, keypoints[from * 3 + 1]!, v], to * 3);
  }
  return flipped;
}
