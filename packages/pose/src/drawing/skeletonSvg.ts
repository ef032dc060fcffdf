import type { Size } from "../boxes/box.ts";
import { assertKeypoints } from "../keypoints.ts";
import type { Skeleton } from "../skeletons/skeleton.ts";

/** How {@link skeletonSvg} draws. */
export interface SkeletonSvgOptions {
  /** Joints with a lower third value (score, or visibility for labels) are left out, and so are their limbs. */
  readonly scoreThreshold?: number;
  /** Pixels; by default a hundredth of the picture's longer side, at least 1. */
  readonly lineWidth?: number;
}

/**
 * An SVG document that lies over a picture of the given size: limbs coloured by side (left orange, right blue, across green, unless
 * the skeleton has colours), joints as circles. Each person is [k·3]: x, y in the picture's pixels and a score.
 * @throws KeypointsError when a person has not the skeleton's number of joints.
 */
export function skeletonSvg(
  persons: readonly ArrayLike<number>[],
  skeleton: Skeleton,
  size: Size,
  options: SkeletonSvgOptions = {},
): string {
  const { scoreThreshold = 0.2, lineWidth = Math.max(1, Math.max(size.width, size.height) / 100) } = options;
  const side = new Map(skeleton.flipPairs.flatMap(([left, right]) => [[left, "left"] as const, [right, "right"] as const]));
  const colorOf = (a: number, b: number): string => sideColors[side.get(a) === side.get(b) ? (side.get(a) ?? "across") : "across"];
  const drawn = persons.map((keypoints) => {
    assertKeypoints("skeletonSvg", keypoints, skeleton.joints.length);
    const at = (joint: number): [number, number] => [keypoints[joint * 3]!, keypoints[joint * 3 + 1]!];
    const shown = (joint: number): boolean =>
      keypoints[joint * 3 + 2]! >= scoreThreshold && keypoints[joint * 3 + 2]! > 0 && at(joint).every(Number.isFinite);
    const limbs = skeleton.limbs.map(([a, b], i) => {
      if (!shown(a) || !shown(b)) return "";
      const [[x1, y1], [x2, y2]] = [at(a).map(tenths), at(b).map(tenths)];
      const color = skeleton.colors?.[i] ?? colorOf(a, b);
      return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}" stroke-width="${tenths(lineWidth)}" stroke-linecap="round"/>`;
    });
    const joints = skeleton.joints.map((_, joint) => {
      if (!shown(joint)) return "";
      const [x, y] = at(joint).map(tenths);
      return `<circle cx="${x}" cy="${y}" r="${tenths(lineWidth * 1.1)}" fill="${colorOf(joint, joint)}" stroke="white" stroke-width="${tenths(lineWidth * 0.35)}"/>`;
    });
    return [...limbs, ...joints].join("");
  });
  const { width, height } = size;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${drawn.join("\n")}</svg>`;
}

const sideColors = { left: "#ff8c1a", right: "#2f7bff", across: "#35c46a" } as const;

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
