import type { Box } from "../boxes/box.ts";

/**
 * Greedy non-maximum suppression of boxes: the kept ones, the best first, each with the boxes that it stands for (itself first), as indices.
 * A box is removed when its intersection over union with a better one is above the threshold. Boxes are continuous: no pixel is added to
 * their sides. Source: mmpose, evaluation/functional/nms.py, `nms_torch`.
 */
export function boxNms(boxes: readonly Box[], scores: readonly number[], threshold: number): readonly (readonly number[])[] {
  let rest = boxes.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const groups: number[][] = [];
  while (rest.length > 0) {
    const best = boxes[rest[0]!]!;
    const [kept] = rest;
    const same = (i: number): boolean => i === kept || intersectionOverUnion(best, boxes[i]!) > threshold;
    groups.push(rest.filter(same));
    rest = rest.filter((i) => !same(i));
  }
  return groups;
}

/** Intersection over union of two boxes, 0–1; 0 where both are empty. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const intersection = Math.max(0, width) * Math.max(0, height);
  const union = a.width * a.height + b.width * b.height - intersection;
  return union > 0 ? intersection / union : 0;
}
