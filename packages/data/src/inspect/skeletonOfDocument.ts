import { coco17, defineSkeleton, type Skeleton, SkeletonError, skeletons } from "@kindling/pose";
import { cocoDialects } from "../formats/cocoDialects.ts";
import { type JsonObject, plainName } from "../formats/jsonValues.ts";

/**
 * The skeleton of a file whose user names none: the built-in one of the key points that a category of persons lists, if these are as many as
 * most annotations have; one of those names where none is built in; without names the built-in one of so many joints, COCO-17 in doubt.
 * @param joints how many key points most annotations have, null when none has any.
 */
export function skeletonOfDocument(personCategories: readonly JsonObject[], joints: number | null): Skeleton {
  for (const { keypoints, skeleton } of personCategories) {
    const names = Array.isArray(keypoints) ? keypoints.map(jointName) : [];
    if (names.length === 0 || (joints !== null && names.length !== joints)) continue;
    const found = builtIn(names) ?? skeletonOfNames(names, skeleton);
    if (found) return found;
  }
  const ofSoMany = skeletons.filter((skeleton) => skeleton.joints.length === joints);
  return ofSoMany.length === 1 ? ofSoMany[0]! : coco17;
}

/** The skeleton of these names, as a format writes them, in this order, or else in another: then the order is what is wrong. */
function builtIn(names: readonly string[]): Skeleton | undefined {
  const plain = names.map(plainName);
  const known = [...Object.values(cocoDialects), ...skeletons.map((skeleton) => ({ skeleton }))].map(({ skeleton, ...dialect }) => {
    const written: readonly string[] = "written" in dialect && dialect.written ? dialect.written : skeleton.joints;
    return { skeleton, written: written.map(plainName) };
  });
  const same = known.filter(({ written }) => written.length === plain.length && plain.every((name) => written.includes(name)));
  return (same.find(({ written }) => written.every((name, at) => name === plain[at])) ?? same[0])?.skeleton;
}

/** A skeleton mirrored by its names. Its sigmas are all the same, because a file has none and nothing here scales by them. */
function skeletonOfNames(joints: readonly string[], limbs: unknown): Skeleton | null {
  try {
    return defineSkeleton({
      name: "the file's category",
      joints,
      limbs: limbsOf(limbs, joints.length),
      flipPairs: joints.flatMap((name, left) => {
        const right = name.split("_").includes("left") ? joints.indexOf(mirroredName(name)) : -1;
        return right >= 0 ? [[left, right] as const] : [];
      }),
      sigmas: joints.map(() => 0.05),
    });
  } catch (error) {
    if (error instanceof SkeletonError) return null; // names that repeat: the file is then compared with COCO-17
    throw error;
  }
}

/** "Left Shoulder", "leftShoulder" and "left_shoulder" are one name. */
export function jointName(name: unknown): string {
  return String(name)
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");
}

/** "left_knee" of "right_knee" and the other way round; a name without a side as it is. */
export function mirroredName(name: string): string {
  return name
    .split("_")
    .map((word) => (word === "left" ? "right" : word === "right" ? "left" : word))
    .join("_");
}

/** COCO counts joints from 1 here; CrowdPose's and AIC's lists name joints that there are not. */
function limbsOf(skeleton: unknown, joints: number): readonly (readonly [number, number])[] {
  const isJoint = (joint: unknown): joint is number => Number.isInteger(joint) && (joint as number) >= 1 && (joint as number) <= joints;
  return (Array.isArray(skeleton) ? skeleton : []).flatMap((limb) => {
    const [a, b] = Array.isArray(limb) ? limb : [];
    return isJoint(a) && isJoint(b) && a !== b ? [[a - 1, b - 1] as const] : [];
  });
}
