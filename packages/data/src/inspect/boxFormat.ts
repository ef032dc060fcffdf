import type { Box, Size } from "@kindling/pose";
import { numbers } from "../formats/jsonValues.ts";
import { boxMultiple, labelledPoints } from "./labelledPoints.ts";
import type { RawAnnotation } from "./rawDataset.ts";

/** How four numbers of a box are meant. COCO's is `xywh`. */
export type BoxFormat = "xywh" | "x1y1x2y2" | "centre, width, height";

/**
 * The format that an annotation's box is in as far as its image, its key points and its polygons decide it: another than `xywh` only where
 * `xywh` contradicts them and the other does not.
 */
export function boxFormatOf(annotation: RawAnnotation): BoxFormat {
  const { box, image } = annotation;
  if (!box) return "xywh";
  const extent = polygonExtent(annotation.value.segmentation);
  const points = labelledPoints(annotation);
  const evidence = { size: image?.size ?? null, points, extent };
  if (fits(box, evidence) || (points.length < 3 && !extent)) return "xywh";
  const corners = { x: box.x, y: box.y, width: box.width - box.x, height: box.height - box.y };
  if (fits(corners, evidence)) return "x1y1x2y2";
  const centred = { x: box.x - box.width / 2, y: box.y - box.height / 2, width: box.width, height: box.height };
  return fits(centred, evidence) ? "centre, width, height" : "xywh";
}

interface Evidence {
  readonly size: Size | null;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly extent: Box | null;
}

/** Pixels by which rounded boxes may leave their image or miss their polygons. */
const tolerance = 3;

/** Not against the evidence: inside the image, around the polygons, and around most of the key points. */
function fits(box: Box, { size, points, extent }: Evidence): boolean {
  if (box.width < 1 || box.height < 1) return false;
  const outside = size && Math.max(-box.x, -box.y, box.x + box.width - size.width, box.y + box.height - size.height);
  if (outside !== null && outside > tolerance) return false;
  if (extent) {
    const apart = [
      box.x - extent.x,
      box.y - extent.y,
      box.x + box.width - extent.x - extent.width,
      box.y + box.height - extent.y - extent.height,
    ];
    return apart.every((distance) => Math.abs(distance) <= tolerance + 0.05 * Math.max(extent.width, extent.height));
  }
  const around = points.filter((point) => boxMultiple(point, box) <= 1.25).length;
  return points.length < 3 || around >= (2 / 3) * points.length;
}

/** The smallest box around polygons; null for anything else. */
function polygonExtent(segmentation: unknown): Box | null {
  if (!Array.isArray(segmentation) || segmentation.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of segmentation) {
    const outline = numbers(polygon);
    if (!outline) return null;
    for (const [at, value] of outline.entries()) {
      if (at % 2 === 0) [left, right] = [Math.min(left, value), Math.max(right, value)];
      else [top, bottom] = [Math.min(top, value), Math.max(bottom, value)];
    }
  }
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
