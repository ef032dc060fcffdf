/** A rectangle in pixels: its left upper corner, width and height, as in COCO's `bbox`. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Width and height in pixels (or in cells of a heatmap). */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A box or a size without an inside. */
export class BoxError extends Error {
  override readonly name = "BoxError";
}

/**
 * The part of a box inside an image as HRNet's dataset computes it (corners are pixel indices, so the far corner is at most width − 1),
 * or null when nothing is left. Source: HRNet, lib/dataset/coco.py.
 */
export function clipBox(box: Box, image: Size): Box | null {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const right = Math.min(image.width - 1, x + Math.max(0, box.width - 1));
  const bottom = Math.min(image.height - 1, y + Math.max(0, box.height - 1));
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
}
