import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { type JsonObject, record } from "../formats/jsonValues.ts";
import { readAnnotationDocument } from "../formats/readAnnotationDocument.node.ts";
import { DatasetError } from "../sample.ts";
import { examplePictures } from "./examplePictures.node.ts";
import type { DatasetInspection, InspectDatasetOptions } from "./inspectDataset.ts";
import { type Inspection, inspectDocument } from "./inspectDocument.ts";
import { inspectPage } from "./inspectPage.ts";
import { type RawDataset, readRawDataset } from "./rawDataset.ts";
import { readImageFacts } from "./readImageFacts.node.ts";
import { skeletonOfDocument } from "./skeletonOfDocument.ts";

/**
 * Inspects an annotation file and decodes every image that it names (see `inspectDocument`); a page with pictures is written where one is asked for.
 * @throws DatasetError when a file or folder is missing or the document is not COCO-style at all.
 */
export async function inspectDataset(options: InspectDatasetOptions): Promise<DatasetInspection> {
  const { annotations, images: folder, against, skeleton, limit, out, onProgress } = options;
  // Outlines are a witness for the format of boxes, but those of a large file do not fit into memory.
  const document = limited(await readAnnotationDocument(annotations, { segmentations: "crowds" }), limit);
  await assertFolder(folder, annotations);
  const other = against ? await readAnnotationDocument(against.annotations, { segmentations: "crowds" }) : null;
  if (against) await assertFolder(against.images, against.annotations);

  const counts = [filesOf(document).length, filesOf(other).length];
  const progressFrom = (start: number) =>
    onProgress ? { onProgress: (done: number) => onProgress(start + done, counts[0]! + counts[1]!) } : {};
  const facts = await readImageFacts({ folder, files: filesOf(document), ...progressFrom(0) });
  const inspection = inspectDocument(document, {
    source: annotations,
    facts,
    ...(skeleton ? { skeleton } : {}),
    ...(against ? { against: await rawOther(other, against, progressFrom(counts[0]!)) } : {}),
  });
  return { ...inspection, page: out === undefined ? null : await writePage(out, inspection, { annotations, folder }) };
}

async function rawOther(
  document: unknown,
  { annotations, images }: { readonly annotations: string; readonly images: string },
  progress: { readonly onProgress?: (done: number) => void },
): Promise<RawDataset> {
  const facts = await readImageFacts({ folder: images, files: filesOf(document), ...progress });
  return readRawDataset(document, { source: annotations, skeleton: skeletonOfDocument, facts });
}

async function writePage(
  out: string,
  inspection: Inspection,
  { annotations, folder }: { readonly annotations: string; readonly folder: string },
): Promise<string> {
  const pictures = await examplePictures(inspection.problems, inspection.dataset, folder);
  const page = inspectPage(inspection, { title: path.basename(annotations), source: annotations, pictures });
  await mkdir(out, { recursive: true });
  const file = path.join(out, "inspect.html");
  const temporary = `${file}.${process.pid}.partial`;
  try {
    await writeFile(temporary, page);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return file;
}

/** The first so many images of a document and their annotations. */
function limited(document: unknown, limit: number | undefined): unknown {
  const root = record(document);
  if (limit === undefined || !root) return document;
  const { images, annotations, ...rest } = root;
  if (!Array.isArray(images) || !Array.isArray(annotations)) return document;
  const kept: readonly JsonObject[] = images.slice(0, limit);
  const ids = new Set(kept.map((image) => image?.id));
  return { ...rest, images: kept, annotations: annotations.filter((annotation: JsonObject) => ids.has(annotation?.image_id)) };
}

/** The image files that a document names; none of a document that is something else. */
function filesOf(document: unknown): readonly string[] {
  const { images } = record(document) ?? {};
  return (Array.isArray(images) ? images : []).flatMap((image: JsonObject | null) =>
    typeof image?.file_name === "string" && image.file_name ? [image.file_name] : [],
  );
}

async function assertFolder(folder: string, annotations: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory())
    throw new DatasetError(`images folder ${folder}: there is no such folder; give the folder of the images of ${annotations}`);
}
