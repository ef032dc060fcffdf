import { mpii16, type Size } from "@kindling/pose";
import { type Dataset, DatasetError, type DatasetImage, type PersonAnnotation, type SkipReason } from "../sample.ts";
import { assembleDataset } from "./assembleDataset.ts";
import { joinPath, numbers, record, typeName } from "./jsonValues.ts";
import type { ParseOptions } from "./parseOptions.ts";

/** What MPII's annotations lack. */
export interface MpiiOptions extends ParseOptions {
  /** Size of each image that exists, by its path. */
  readonly sizes: ReadonlyMap<string, Size>;
}

/**
 * MPII in the form of HRNet's and mmpose's mpii_train.json and mpii_val.json: a list of { image, center, scale, joints, joints_vis }.
 * Pixels count from 1 there. The box is the square with sides of 200·scale about the centre moved down by 15·scale, which HRNet crops with a margin of a
 * quarter (lib/dataset/mpii.py); it may leave the image. MPII gives no area: 0.53 of the box. An image's id is its file name without extension.
 * @throws DatasetError when the document is not of this form; EmptyDatasetError when no sample is left.
 */
export function parseMpii(document: unknown, options: MpiiOptions): Dataset {
  const { source, images: folder, sizes } = options;
  if (!Array.isArray(document)) throw new DatasetError(`${source}: an MPII file is a list of persons; got ${typeName(document)}`);
  const described = new Map<string, Pick<DatasetImage, "id" | "path">>();
  const images = new Map<string, DatasetImage>();
  const annotations = document.map((value: unknown, index): PersonAnnotation | SkipReason => {
    const file = mpiiImage(value, index, source);
    const imageId = file.replace(/\.[^.]*$/, "");
    const path = joinPath(folder, file);
    const size = sizes.get(path);
    described.set(imageId, { id: imageId, path });
    if (!size) return "missing image";
    images.set(imageId, { id: imageId, path, ...size });
    return parsePerson(value, index, imageId, source);
  });
  return assembleDataset(
    { source, folder, skeleton: mpii16, described: [...described.values()], images, annotations, clipsBoxes: false },
    options,
  );
}

/** Paths of the images that an MPII document names, each once. @throws DatasetError when the document is not of that form. */
export function mpiiImages(document: unknown, { source, images }: Pick<ParseOptions, "source" | "images">): readonly string[] {
  if (!Array.isArray(document)) throw new DatasetError(`${source}: an MPII file is a list of persons; got ${typeName(document)}`);
  return [...new Set(document.map((value: unknown, index) => joinPath(images, mpiiImage(value, index, source))))];
}

function mpiiImage(value: unknown, index: number, source: string): string {
  const image = record(value)?.image;
  if (typeof image === "string" && image !== "") return image;
  throw new DatasetError(`${source}: person ${index} must be an object with an "image"`);
}

function parsePerson(value: unknown, index: number, imageId: string, source: string): PersonAnnotation {
  const { joints, joints_vis: visible, center, scale } = record(value) ?? {};
  const where = `${source}: person ${index} (${imageId})`;
  const points = Array.isArray(joints) ? joints.map(numbers) : [];
  const flags = numbers(visible);
  const count = mpii16.joints.length;
  if (points.length !== count || !points.every((point) => point?.length === 2) || flags?.length !== count)
    throw new DatasetError(`${where} must have ${count} "joints" as [x, y], and as many "joints_vis"`);
  const middle = numbers(center);
  if (middle?.length !== 2 || typeof scale !== "number" || !(scale > 0))
    throw new DatasetError(`${where} must have a "center" [x, y] and a "scale" above 0`);
  const side = 200 * scale;
  const [x, y] = [middle[0]! - 1 - side / 2, middle[1]! + 15 * scale - 1 - side / 2];
  return {
    id: String(index),
    imageId,
    keypoints: Float64Array.from(points.flatMap((point, k) => (flags[k]! > 0 ? [point![0]! - 1, point![1]! - 1, 2] : [0, 0, 0]))),
    box: { x, y, width: side, height: side },
    area: 0.53 * side * side,
    crowd: false,
  };
}
