import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawDataset } from "./rawDataset.ts";
import { jointName, mirroredName } from "./skeletonOfDocument.ts";

/** Key point names of the file that are not the skeleton's in the skeleton's order, and flip pairs whose names do not mirror. */
export function jointOrderChecks({ skeleton, personCategories, annotations }: RawDataset): readonly Problem[] {
  const order: Finding[] = [];
  const number: Finding[] = [];
  const lists = annotations
    .map(({ value }) => value.keypoints)
    .filter((list) => Array.isArray(list) && list.length > 0) as readonly unknown[][];
  const listed = (lists[0]?.length ?? 0) / 3;
  for (const { keypoints } of personCategories) {
    if (!Array.isArray(keypoints) || keypoints.length === 0) continue;
    const names = keypoints.map(jointName);
    // A whole body's category names the 17 of `keypoints`, beside which its other parts stand.
    const expected = skeleton.joints.slice(0, names.length === listed ? listed : undefined).map(jointName);
    if (names.length !== expected.length)
      number.push({ note: `${names.length} names in the file, ${expected.length} in ${skeleton.name}` });
    else
      for (const [at, name] of names.entries()) {
        // A name that is none of the skeleton's may be another word for the same joint: CrowdPose calls head_top "head".
        if (name === expected[at] || !expected.includes(name)) continue;
        order.push({ note: `key point ${at} is ${name} in the file, ${expected[at]} in ${skeleton.name}` });
      }
  }
  return [
    ...problemOf(
      {
        check: "key point names",
        severity: "error",
        effect: "joints teach one another: the network finds them, and AP is near 0 for those that are exchanged",
        remedy: "choose the skeleton that the file uses (skeleton=), or put names and numbers of the file in its order",
      },
      order,
    ),
    ...problemOf(
      {
        check: "number of key point names",
        severity: "warning",
        effect: "the order of the key points is a guess: the file names others than it has",
        remedy: "list the names of the key points that the annotations have in the category, in their order",
      },
      number,
    ),
    ...problemOf(
      {
        check: "flip pairs of the skeleton",
        severity: "error",
        effect: "mirrored pictures, in augmentation and in the flip test, teach and average wrong joints",
        remedy: "pair every left joint with the right one of its name in the skeleton's flip pairs",
      },
      unpaired(skeleton.joints, skeleton.flipPairs),
    ),
  ];
}

function unpaired(joints: readonly string[], pairs: readonly (readonly [number, number])[]): readonly Finding[] {
  const partner = new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  return joints.flatMap((joint, at): Finding[] => {
    const expected = joints.indexOf(mirroredName(joint));
    if (expected < 0 || expected === at) return []; // no side in its name, as of points of the face
    const actual = partner.get(at) ?? at;
    return actual === expected || at > expected ? [] : [{ note: `${joint} mirrors to ${joints[actual]}, not to ${joints[expected]}` }];
  });
}
