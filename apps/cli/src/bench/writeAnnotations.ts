import { mkdir, open, writeFile } from "node:fs/promises";
import path from "node:path";
import { between, createRandom } from "@kindling/pose";

/** How large an annotation file is made. */
export interface WriteAnnotationsOptions {
  readonly persons: number;
  /** Its length, about: outlines are as long as that needs. */
  readonly bytes: number;
}

/** As in COCO's train2017. */
const personsPerImage = 2.3;
/** Of an annotation without its outline; and of a number of the outline with its comma. */
const [plainBytes, numberBytes] = [330, 6.9];
const crowdOneIn = 100;
const writtenAtOnce = 1000;

/**
 * Writes a COCO file of so many persons on empty images, categories last as in COCO's own, and the images. Made anew it is the same.
 * @returns the bytes of the file.
 */
export async function writeAnnotations(
  { annotations, images }: { readonly annotations: string; readonly images: string },
  { persons, bytes }: WriteAnnotationsOptions,
): Promise<number> {
  const count = Math.ceil(persons / personsPerImage);
  const nameOf = (id: number): string => `${String(id).padStart(12, "0")}.jpg`;
  await mkdir(images, { recursive: true });
  for (let first = 0; first < count; first += writtenAtOnce) {
    const group = Array.from({ length: Math.min(writtenAtOnce, count - first) }, (_, i) => first + i);
    await Promise.all(group.map((id) => writeFile(path.join(images, nameOf(id)), "")));
  }
  const random = createRandom(1);
  const corners = Math.max(3, Math.round((bytes / persons - plainBytes) / numberBytes / 2));
  const coordinate = (): number => Math.round(between(random, 0, 480) * 100) / 100;
  await using file = await open(annotations, "w");
  const described = Array.from({ length: count }, (_, id) => ({ id, file_name: nameOf(id), width: 640, height: 480 }));
  await file.write(`{"info": {"description": "made to be read"}, "images": ${JSON.stringify(described)}, "annotations": [`);
  for (let first = 0; first < persons; first += writtenAtOnce) {
    const group = Array.from({ length: Math.min(writtenAtOnce, persons - first) }, (_, i) => {
      const id = first + i;
      const crowd = id % crowdOneIn === 0;
      return JSON.stringify({
        segmentation: crowd
          ? { counts: Array.from({ length: corners }, () => Math.floor(between(random, 1, 999))), size: [480, 640] }
          : [Array.from({ length: 2 * corners }, coordinate)],
        num_keypoints: crowd ? 0 : 17,
        area: coordinate() * 50 + 1,
        iscrowd: crowd ? 1 : 0,
        keypoints: Array.from({ length: 51 }, (_, at) => (crowd ? 0 : at % 3 === 2 ? 2 : Math.floor(coordinate()))),
        image_id: Math.floor(id / personsPerImage),
        bbox: [coordinate() / 2, coordinate() / 2, 100.5, 120.25],
        category_id: 1,
        id,
      });
    });
    await file.write(`${first === 0 ? "" : ", "}${group.join(", ")}`);
  }
  await file.write(`], "categories": [{"id": 1, "name": "person"}]}`);
  return (await file.stat()).size;
}
