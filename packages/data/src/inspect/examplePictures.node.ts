import path from "node:path";
import { type Box, type Skeleton, skeletonSvg } from "@kindling/pose";
import sharp from "sharp";
import type { ExamplePicture } from "./examplePicture.ts";
import { labelledPoints } from "./labelledPoints.ts";
import type { Problem, ProblemExample } from "./problem.ts";
import type { RawAnnotation, RawDataset, RawImage } from "./rawDataset.ts";

/** Pictures of the first examples of each problem; an example whose image cannot be decoded has none. */
export async function examplePictures(
  problems: readonly Problem[],
  { annotations, images, skeleton }: RawDataset,
  folder: string,
): Promise<ReadonlyMap<ProblemExample, ExamplePicture>> {
  const annotationOf = new Map(annotations.map((annotation) => [`${annotation.id}\n${annotation.image?.file}`, annotation]));
  const imageOf = new Map(images.map((image) => [image.file, image]));
  const pictures = new Map<ProblemExample, ExamplePicture>();
  for (const example of problems.flatMap(({ examples }) => examples.slice(0, picturesOfProblem))) {
    const image = imageOf.get(example.image ?? "");
    if (image?.facts?.kind !== "readable") continue;
    const annotation = annotationOf.get(`${example.annotation}\n${example.image}`) ?? null;
    pictures.set(example, await pictureOf(path.join(folder, image.file), image, annotation, skeleton));
  }
  return pictures;
}

const picturesOfProblem = 6;
/** Pixels of the longer side; small persons are enlarged up to four times. */
const pictureSize = 360;

async function pictureOf(file: string, image: RawImage, annotation: RawAnnotation | null, skeleton: Skeleton): Promise<ExamplePicture> {
  const { facts } = image;
  if (facts?.kind !== "readable") throw new TypeError(`${file}: not read before`); // the caller has asked
  const { x, y, width, height } = regionOf(annotation, facts);
  const scale = Math.min(4, pictureSize / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const jpeg = await sharp(file, { failOn: "none", ignoreIcc: true })
    .extract({ left: x, top: y, width, height })
    .resize(size.width, size.height, { fit: "fill" })
    .toColourspace("srgb")
    .jpeg({ quality: 80 })
    .toBuffer();
  return {
    href: `data:image/jpeg;base64,${jpeg.toString("base64")}`,
    ...size,
    overlay: overlayOf(annotation, skeleton, { x, y, scale, size }),
  };
}

/** The whole pixels that show box and key points with some margin; the whole image where they lie outside of it. */
function regionOf(annotation: RawAnnotation | null, image: { readonly width: number; readonly height: number }): Box {
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  if (!annotation) return whole;
  const points = labelledPoints(annotation);
  const { box } = annotation;
  const xs = [...points.map(({ x }) => x), ...(box ? [box.x, box.x + box.width] : [])];
  const ys = [...points.map(({ y }) => y), ...(box ? [box.y, box.y + box.height] : [])];
  if (xs.length === 0) return whole;
  const margin = 0.08 * Math.max(48, Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const left = Math.max(0, Math.floor(Math.min(...xs) - margin));
  const top = Math.max(0, Math.floor(Math.min(...ys) - margin));
  const right = Math.min(image.width, Math.ceil(Math.max(...xs) + margin));
  const bottom = Math.min(image.height, Math.ceil(Math.max(...ys) + margin));
  return right - left >= 8 && bottom - top >= 8 ? { x: left, y: top, width: right - left, height: bottom - top } : whole;
}

interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly size: { readonly width: number; readonly height: number };
}

function overlayOf(annotation: RawAnnotation | null, skeleton: Skeleton, { x, y, scale, size }: View): string {
  if (!annotation) return "";
  const { box, keypoints } = annotation;
  const moved = keypoints?.map((value, at) => (at % 3 === 2 ? value : (value + 0.5 - (at % 3 === 0 ? x : y)) * scale));
  const rect = box
    ? `<rect x="${(box.x - x) * scale}" y="${(box.y - y) * scale}" width="${Math.max(0, box.width * scale)}" height="${Math.max(0, box.height * scale)}" class="box"/>`
    : "";
  return rect + (moved ? skeletonSvg([moved], skeleton, size, { scoreThreshold: 0.5, lineWidth: 3 }) : "");
}
