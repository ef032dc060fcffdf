import type { NamePair } from "./skeletonOfNames.ts";

/** A colour per limb in mmpose's palette: green on the left, orange on the right, blue from one side to the other and along the middle. */
export function sideColors(limbs: readonly NamePair[]): readonly string[] {
  return limbs.map((limb) => {
    const sides = new Set(limb.flatMap((joint) => /^(left|right)_/.exec(joint)?.[1] ?? []));
    if (sides.size !== 1) return "#3399ff";
    return sides.has("left") ? "#00ff00" : "#ff8000";
  });
}
