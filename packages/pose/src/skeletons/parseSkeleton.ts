import { type Skeleton, SkeletonError } from "./skeleton.ts";
import { type NamePair, skeletonOfNames } from "./skeletonOfNames.ts";

/**
 * A user's skeleton from a document: `name`, `joints`, `sigmas`, `limbs` and `mirrored` as pairs of joint names, `colors` (one per limb). Joints called
 * left_x and right_x mirror without being listed.
 * @param source where the document came from, for messages.
 * @throws SkeletonError one sentence for the first mistake.
 */
export function parseSkeleton(document: unknown, source: string): Skeleton {
  const fail = (problem: string): never => {
    throw new SkeletonError(`${source}: ${problem}`);
  };
  if (typeof document !== "object" || document === null || Array.isArray(document))
    return fail(`a skeleton is a mapping with ${keys.join(", ")}`);
  const unknown = Object.keys(document).find((key) => !keys.includes(key));
  if (unknown !== undefined) fail(`a skeleton has no key ${unknown}; its keys are ${keys.join(", ")}`);
  const { name, joints, limbs = [], mirrored = [], sigmas, colors }: Partial<Record<string, unknown>> = { ...document };
  if (typeof name !== "string" || name === "") return fail(`"name" must be a word; got ${JSON.stringify(name)}`);
  if (!isListOf(joints, isString)) return fail(`"joints" must be a list of names`);
  const odd = joints.find((joint) => !/^[a-z][a-z0-9_]*$/.test(joint));
  if (odd !== undefined) fail(`the joint "${odd}" must be called in small letters, digits and _, such as left_knee`);
  if (!isListOf(limbs, isPair)) return fail(`"limbs" must be a list of pairs of joint names`);
  if (!isListOf(mirrored, isPair)) return fail(`"mirrored" must be a list of pairs [left, right] of joint names`);
  if (!isListOf(sigmas, isNumber))
    return fail(`"sigmas" must be a list of ${joints.length} numbers, one per joint (COCO's knee has 0.087)`);
  if (colors !== undefined && !isListOf(colors, isString)) return fail(`"colors" must be a list of CSS colours, one per limb`);
  const lonely = joints.find(
    (joint) => /^(left|right)_/.test(joint) && !joints.includes(otherSide(joint)) && !mirrored.flat().includes(joint),
  );
  if (lonely !== undefined) fail(`the joint ${lonely} has no ${otherSide(lonely)} that it mirrors to`);
  try {
    return skeletonOfNames({ name, joints, limbs, mirrored, sigmas, ...(colors === undefined ? {} : { colors }) });
  } catch (error) {
    if (error instanceof SkeletonError) fail(error.message);
    throw error;
  }
}

const keys: readonly string[] = ["name", "joints", "limbs", "mirrored", "sigmas", "colors"];

function otherSide(joint: string): string {
  return joint.startsWith("left_") ? joint.replace("left_", "right_") : joint.replace("right_", "left_");
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isPair(value: unknown): value is NamePair {
  return Array.isArray(value) && value.length === 2 && value.every(isString);
}
