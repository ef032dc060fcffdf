import type { Size } from "../boxes/box.ts";

/** A candidate of a joint. */
export interface Peak {
  /** Whole pixels of the map. */
  readonly x: number;
  readonly y: number;
  /** The map's value there. */
  readonly score: number;
}

/** What counts as a peak. */
export interface FindPeaksOptions {
  readonly size: Size;
  /** Channels of the maps, of which the first `joints` are looked through. */
  readonly channels: number;
  readonly joints: number;
  /** Lower values count as 0; 0.1 by default. */
  readonly threshold?: number;
  /** Of peaks nearer than so many pixels the leftmost stays; 6 by default. */
  readonly distance?: number;
  /** Of a joint's peaks only so many of the highest are kept, so that the noise of an untrained network ends in finite time; 128 by default. */
  readonly most?: number;
}

/**
 * The peaks of every joint, from left to right: values above those of their four neighbours (beyond the border 0), [h, w, channels] → a list a joint.
 * Source: Lightweight OpenPose, modules/keypoints.py `extract_keypoints`.
 */
export function findPeaks(maps: Float32Array, options: FindPeaksOptions): readonly (readonly Peak[])[] {
  const { most = 128, distance = 6 } = options;
  return maximaOf(maps, options).map((maxima) => {
    const kept = apart(
      maxima.sort((a, b) => a.x - b.x),
      distance,
    );
    if (kept.length <= most) return kept;
    const lowest = kept.toSorted((a, b) => b.score - a.score)[most - 1]!.score;
    return kept.filter(({ score }) => score >= lowest).slice(0, most);
  });
}

/** Of every joint, row by row; all joints in one pass, because they lie beside each other. */
function maximaOf(maps: Float32Array, { size: { width, height }, channels, joints, threshold = 0.1 }: FindPeaksOptions): Peak[][] {
  const found: Peak[][] = Array.from({ length: joints }, () => []);
  const value = (at: number, inside: boolean): number => {
    const neighbour = inside ? maps[at]! : 0;
    return neighbour < threshold ? 0 : neighbour;
  };
  const row = width * channels;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      for (let joint = 0; joint < joints; joint++) {
        const place = at + joint;
        const score = maps[place]!;
        if (!(score >= threshold && score > 0)) continue;
        if (score <= value(place - channels, x > 0) || score <= value(place + channels, x < width - 1)) continue;
        if (score <= value(place - row, y > 0) || score <= value(place + row, y < height - 1)) continue;
        found[joint]!.push({ x, y, score });
      }
    }
  }
  return found;
}

/** Without those near one before; sorted by x. */
function apart(peaks: readonly Peak[], distance: number): readonly Peak[] {
  const suppressed = new Set<number>();
  return peaks.filter((peak, i) => {
    if (suppressed.has(i)) return false;
    for (let j = i + 1; j < peaks.length && peaks[j]!.x - peak.x < distance; j++) {
      if (Math.hypot(peaks[j]!.x - peak.x, peaks[j]!.y - peak.y) < distance) suppressed.add(j);
    }
    return true;
  });
}
