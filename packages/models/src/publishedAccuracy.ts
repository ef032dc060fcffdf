import type { HeightWidth } from "./modelCard.ts";

/** How well weights that can be downloaded find COCO's key points, by their authors. */
export interface PublishedAccuracy {
  readonly model: string;
  /** [height, width] of the crops. */
  readonly input: HeightWidth;
  /** On val2017, boxes of a detector with a person AP of 56.4, flip test. */
  readonly AP: number;
}

/**
 * The accuracy of HRNet's COCO weights, which are known by their files' names (`pose_hrnet_w48_384x288.pth`); null for any other file.
 * Source: README of HRNet, github.com/leoxiaobin/deep-high-resolution-net.pytorch, "Results on COCO val2017".
 */
export function publishedAccuracy(fileName: string): PublishedAccuracy | null {
  const found = /^pose_hrnet_(w\d+)_(\d+)x(\d+)/.exec(fileName);
  if (!found) return null;
  const [, width, height, across] = found;
  const AP = accuracies[`${width} ${height}x${across}`];
  return AP === undefined ? null : { model: `hrnet-${width}`, input: [Number(height), Number(across)], AP };
}

const accuracies: Readonly<Record<string, number>> = {
  "w32 256x192": 0.744,
  "w32 384x288": 0.758,
  "w48 256x192": 0.751,
  "w48 384x288": 0.763,
};
