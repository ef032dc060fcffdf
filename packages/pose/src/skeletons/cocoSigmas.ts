import { coco17 } from "./coco17.ts";

/**
 * The sigmas that COCO publishes for joints of these names; `others` are those of joints that COCO does not have.
 * For data sets that say themselves that theirs are COCO's, and those that publish none.
 */
export function cocoSigmas(joints: readonly string[], others: Readonly<Record<string, number>> = {}): readonly number[] {
  return joints.map((joint) => {
    const sigma = others[joint] ?? coco17.sigmas[coco17.joints.indexOf(joint)];
    if (sigma === undefined) throw new RangeError(`cocoSigmas: COCO has no joint ${joint}`);
    return sigma;
  });
}
