import type { Box } from "@kindling/pose";
import { boxFormatOf } from "./boxFormat.ts";
import { boxMultiple, labelledPoints, pixels } from "./labelledPoints.ts";
import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset } from "./rawDataset.ts";

/** Boxes that are empty, in another format than COCO's, normalised, outside their image, or not around their person. */
export function boxChecks({ annotations, skeleton }: RawDataset): readonly Problem[] {
  const found: Record<"empty" | "format" | "normalised" | "outside" | "elsewhere" | "stray", Finding[]> = {
    empty: [],
    format: [],
    normalised: [],
    outside: [],
    elsewhere: [],
    stray: [],
  };
  for (const annotation of annotations) {
    if (!annotation.person || annotation.crowd) continue;
    const { box } = annotation;
    const note = box ? `[${pixels(box.x, box.y, box.width, box.height)}]` : `bbox ${JSON.stringify(annotation.value.bbox) ?? "is missing"}`;
    if (!box) found.empty.push({ annotation, note });
    else if (isNormalised(annotation)) found.normalised.push({ annotation, note });
    else {
      const format = boxFormatOf(annotation);
      if (format !== "xywh") found.format.push({ annotation, note: `${note} is ${format}` });
      else if (insideWidth(annotation) <= 1 || insideHeight(annotation) <= 1)
        found.empty.push({ annotation, note: onImage(annotation, note) });
      else {
        if (leaves(annotation)) found.outside.push({ annotation, note: onImage(annotation, note) });
        const points = labelledPoints(annotation);
        const out = points.filter((point) => boxMultiple(point, box) > cropMargin);
        const far = points.filter((point) => distanceTo(box, point) > Math.max(box.width, box.height));
        if (points.length >= 3 && out.length >= (2 / 3) * points.length)
          found.elsewhere.push({ annotation, note: `${out.length} of ${points.length} key points are outside the crop of ${note}` });
        else if (far.length > 0) {
          const { joint, x, y } = far[0]!;
          found.stray.push({ annotation, note: `${skeleton.joints[joint]} at (${pixels(x, y)}), box ${note}` });
        }
      }
    }
  }
  return [
    ...problemOf(
      {
        check: "empty box",
        severity: "error",
        effect: "the person is left out of training, and a crop of it would be empty",
        remedy: "write bbox as [x, y, width, height] in pixels, inside the image",
      },
      found.empty,
    ),
    ...problemOf(
      {
        check: "box format",
        severity: "error",
        effect:
          "crops show something else than the person, and predictions on them are wrong: AP near 0. Where some boxes are, mostly all are",
        remedy: "write bbox as [x, y, width, height], x and y being the left upper corner",
      },
      found.format,
    ),
    ...problemOf(
      {
        check: "normalised box",
        severity: "error",
        effect: "the box is about a pixel: the person is left out",
        remedy: "multiply x and width by the image's width, y and height by its height",
      },
      found.normalised,
    ),
    ...problemOf(
      {
        check: "box outside the image",
        severity: "warning",
        effect: "the box is clipped, and the crop's scale with it; it may belong to another size of the image",
        remedy: "clip the boxes to their images, or scale them to the images' size",
      },
      found.outside,
    ),
    ...problemOf(
      {
        check: "box without its person",
        severity: "error",
        effect: "the crop shows somebody else: its joints are masked in training, and cannot be found in evaluation",
        remedy: "give the annotation the box of its own key points",
      },
      found.elsewhere,
    ),
    ...problemOf(
      {
        check: "stray key point",
        severity: "warning",
        effect:
          "a joint farther from the box than the box is long is mostly a slip of the annotator; it is masked in training and missed in evaluation",
        remedy: "label the joint again, or set it to 0, 0, 0",
      },
      found.stray,
    ),
  ];
}

/** What the usual crop shows around a box: 1.25 times its size. */
const cropMargin = 1.25;

function isNormalised({ box, image }: RawAnnotation): boolean {
  if (!box || (image?.size && (image.size.width <= 2 || image.size.height <= 2))) return false;
  const values = [box.x, box.y, box.width, box.height];
  return values.every((value) => value >= 0 && value <= 1) && box.width > 0 && box.height > 0;
}

/** How far beyond the box's edges a point is, along the axis on which that is more; negative inside. */
function distanceTo({ x, y, width, height }: Box, point: { readonly x: number; readonly y: number }): number {
  return Math.max(x - point.x, point.x - x - width, y - point.y, point.y - y - height);
}

function insideWidth({ box, image }: RawAnnotation): number {
  if (!box) return 0;
  return Math.min(image?.size?.width ?? Infinity, box.x + box.width) - Math.max(0, box.x);
}

function insideHeight({ box, image }: RawAnnotation): number {
  if (!box) return 0;
  return Math.min(image?.size?.height ?? Infinity, box.y + box.height) - Math.max(0, box.y);
}

/** By more than rounding: 3 pixels or a fiftieth of the box. */
function leaves(annotation: RawAnnotation): boolean {
  const { box } = annotation;
  if (!box) return false;
  const [across, down] = [box.width - insideWidth(annotation), box.height - insideHeight(annotation)];
  return across > Math.max(3, 0.02 * box.width) || down > Math.max(3, 0.02 * box.height);
}

function onImage({ image }: RawAnnotation, note: string): string {
  return image?.size ? `${note} on ${image.size.width} × ${image.size.height}` : note;
}
