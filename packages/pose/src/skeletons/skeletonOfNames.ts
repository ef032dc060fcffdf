import { defineSkeleton, type Skeleton, SkeletonError } from "./skeleton.ts";

/** A skeleton written with the names of its joints instead of their indices. */
export interface SkeletonOfNames extends Pick<Skeleton, "name" | "joints" | "sigmas" | "colors" | "means"> {
  readonly limbs: readonly NamePair[];
  /** Pairs [left, right] that mirror, beside those called left_x and right_x, which always do. */
  readonly mirrored?: readonly NamePair[];
}

/** The names of two joints. */
export type NamePair = readonly [string, string];

/**
 * The skeleton with these names; joints called left_x and right_x are flip pairs.
 * @throws SkeletonError when a limb or pair names no joint, or what `defineSkeleton` refuses.
 */
export function skeletonOfNames({ limbs, mirrored = [], ...rest }: SkeletonOfNames): Skeleton {
  const { joints } = rest;
  const indices = ([a, b]: NamePair): readonly [number, number] => [joints.indexOf(a), joints.indexOf(b)];
  const sides = joints.flatMap((joint): readonly NamePair[] => {
    const right = joint.replace(/^left_/, "right_");
    return right !== joint && joints.includes(right) ? [[joint, right]] : [];
  });
  for (const [a, b] of [...limbs, ...mirrored]) {
    const unknown = [a, b].find((joint) => !joints.includes(joint));
    if (unknown !== undefined) throw new SkeletonError(`skeleton ${rest.name}: the pair [${a}, ${b}] names ${unknown}, which is no joint`);
  }
  return defineSkeleton({ ...rest, limbs: limbs.map(indices), flipPairs: [...sides, ...mirrored].map(indices) });
}

/** The pairs of the left side and the same of the right side: ankle–knee gives left_ankle–left_knee and right_ankle–right_knee. */
export function bothSides(...pairs: readonly NamePair[]): readonly NamePair[] {
  return pairs.flatMap(([a, b]): readonly NamePair[] => [
    [`left_${a}`, `left_${b}`],
    [`right_${a}`, `right_${b}`],
  ]);
}
