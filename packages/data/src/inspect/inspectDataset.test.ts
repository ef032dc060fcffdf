import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { coco17 } from "@kindling/pose";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { synthesizeDataset } from "../synthesize.node.ts";
import { inspectDataset } from "./inspectDataset.node.ts";
import type { DatasetInspection } from "./inspectDataset.ts";

interface Annotation {
  id: number;
  image_id: number | string;
  category_id: number;
  iscrowd: number;
  area?: number;
  bbox: number[];
  keypoints: (number | null)[];
  num_keypoints: number;
  segmentation?: unknown;
}
interface Image {
  id: number;
  file_name: string;
  width: number;
  height: number;
}
interface Document {
  images: Image[];
  annotations: Annotation[];
  categories: { id: number; name: string; keypoints: string[] }[];
}

/** A copy of a clean data set that a fault is planted in. */
interface Copy {
  readonly document: Document;
  /** Folder of the images, a copy of its own. */
  readonly images: string;
  /** A person who stands apart: squarely seen, well inside the image, of many key points. */
  readonly victim: Annotation;
  readonly imageOf: (annotation: Annotation) => Image;
}

/** What inspection must find: the check, and the annotation, image or words that it must name. */
interface Expected {
  readonly check: string;
  readonly annotation?: number;
  readonly image?: string;
  readonly note?: RegExp;
}

/** Faults, each with what it does to a copy. */
const faults: Readonly<Record<string, (copy: Copy) => Expected | Promise<Expected>>> = {
  "an area left out": ({ victim }) => {
    delete victim.area;
    return { check: "missing area", annotation: victim.id };
  },
  "an area of 1": ({ victim }) => {
    victim.area = 1;
    return { check: "area too small", annotation: victim.id };
  },
  "an area of a larger image": ({ victim }) => {
    victim.area = 4 * victim.bbox[2]! * victim.bbox[3]!;
    return { check: "area larger than the box", annotation: victim.id };
  },
  "a category that is not in the file": ({ victim }) => {
    victim.category_id = 18;
    return { check: "wrong category", annotation: victim.id };
  },
  "a key point too few": ({ victim }) => {
    victim.keypoints.splice(48, 3);
    return { check: "wrong number of key points", annotation: victim.id };
  },
  "a key point of null": ({ victim }) => {
    victim.keypoints[4] = null;
    return { check: "malformed key points", annotation: victim.id };
  },
  "names of key points in another order": ({ document }) => {
    const { keypoints } = document.categories[0]!;
    [keypoints[5], keypoints[6]] = [keypoints[6]!, keypoints[5]!];
    return { check: "key point names", note: /key point 5 is right_shoulder in the file, left_shoulder in coco17/ };
  },
  "elbows exchanged in the whole file": ({ document }) => {
    for (const annotation of document.annotations) exchange(annotation, "elbow");
    return { check: "flip pair does not mirror", note: /left_elbow and right_elbow/ };
  },
  "hips of one person exchanged": ({ victim }) => {
    exchange(victim, "hip");
    return { check: "left and right", annotation: victim.id };
  },
  "a box as two corners": ({ victim }) => {
    const [x, y, width, height] = victim.bbox as [number, number, number, number];
    victim.bbox = [x, y, x + width, y + height];
    return { check: "box format", annotation: victim.id, note: /x1y1x2y2/ };
  },
  "a box without width": ({ victim }) => {
    victim.bbox[2] = 0;
    return { check: "empty box", annotation: victim.id };
  },
  "a box in fractions of the image": ({ victim, imageOf }) => {
    const { width, height } = imageOf(victim);
    victim.bbox = victim.bbox.map((value, at) => value / (at % 2 === 0 ? width : height));
    return { check: "normalised box", annotation: victim.id };
  },
  "a box that leaves the image": ({ victim, imageOf }) => {
    const [x, y, width, height] = victim.bbox as [number, number, number, number];
    const beyond = imageOf(victim).width / 4;
    victim.bbox = [-beyond, y, x + width + beyond, height];
    delete victim.segmentation; // which would tell that the box is none of its own
    return { check: "box outside the image", annotation: victim.id };
  },
  "the box of somebody else": ({ victim, imageOf }) => {
    const [x, , width, height] = victim.bbox as [number, number, number, number];
    const side = Math.min(width, height) / 3;
    victim.bbox = [x > imageOf(victim).width / 2 ? 1 : imageOf(victim).width - side - 1, 1, side, side];
    return { check: "box without its person", annotation: victim.id };
  },
  "a person annotated twice": ({ document, victim }) => {
    const twin = structuredClone(victim);
    twin.id = 987_654_321;
    twin.bbox = twin.bbox.map((value) => value + 1);
    document.annotations.push(twin);
    return { check: "duplicate person", annotation: twin.id, note: new RegExp(`annotation ${victim.id}`) };
  },
  "an id given twice": ({ document, victim }) => {
    const other = document.annotations.find(({ id, image_id }) => id !== victim.id && image_id !== victim.image_id)!;
    other.id = victim.id;
    return { check: "duplicate annotation id", annotation: victim.id };
  },
  "an image id written as text": ({ victim }) => {
    victim.image_id = String(victim.image_id);
    return { check: "unknown image", annotation: victim.id, note: /is meant to be \d+/ };
  },
  "key points of an image twice as large": ({ victim }) => {
    victim.keypoints = victim.keypoints.map((value, at) => (at % 3 === 2 ? value : value! * 6));
    return { check: "key points outside the image", annotation: victim.id };
  },
  "key points in fractions of the image": ({ victim, imageOf }) => {
    const { width, height } = imageOf(victim);
    victim.keypoints = victim.keypoints.map((value, at) => (at % 3 === 2 ? value : value! / (at % 3 === 0 ? width : height)));
    return { check: "normalised coordinates", annotation: victim.id };
  },
  "all key points at one place": ({ victim }) => {
    const at = victim.keypoints.indexOf(2);
    const [x, y] = victim.keypoints.slice(at - 2, at);
    victim.keypoints = victim.keypoints.map((value, i) => (i % 3 === 2 ? value : i % 3 === 0 ? x! : y!));
    return { check: "key points at one place", annotation: victim.id };
  },
  "a key point far away": ({ victim, imageOf }) => {
    const { width, height } = imageOf(victim);
    const at = 3 * coco17.joints.indexOf("left_hip");
    const [x, y] = victim.bbox as [number, number, number, number];
    victim.bbox = [x, y, victim.bbox[2]! / 6, victim.bbox[3]! / 6];
    delete victim.segmentation;
    victim.keypoints = victim.keypoints.map((value, i) =>
      i % 3 === 2 ? value : i % 3 === 0 ? x + (value! - x) / 6 : y + (value! - y) / 6,
    );
    victim.keypoints.splice(at, 2, x > width / 2 ? 1 : width - 1, y > height / 2 ? 1 : height - 1);
    return { check: "stray key point", annotation: victim.id, note: /left_hip/ };
  },
  "a visibility of 3": ({ victim }) => {
    victim.keypoints[victim.keypoints.indexOf(2)] = 3; // the first 2 of a file whose coordinates are not 2
    return { check: "unknown visibility", annotation: victim.id };
  },
  "an unlabelled joint marked as labelled": ({ victim }) => {
    victim.keypoints.splice(0, 3, 0, 0, 1);
    return { check: "labelled at the origin", annotation: victim.id, note: /nose/ };
  },
  "visibilities as Lightweight OpenPose stores them": ({ victim }) => {
    victim.keypoints.splice(0, 3, 0, 0, 0);
    victim.keypoints = victim.keypoints.map((value, at) => (at % 3 === 2 ? ([2, 1, 0][value!] ?? value) : value));
    return { check: "reversed visibility", annotation: victim.id };
  },
  "a num_keypoints of 0": ({ victim }) => {
    victim.num_keypoints = 0;
    return { check: "num_keypoints disagrees", annotation: victim.id };
  },
  "a crowd of polygons": ({ victim }) => {
    victim.iscrowd = 1;
    victim.segmentation = [[0, 0, 10, 0, 10, 10]];
    return { check: "crowd without a mask", annotation: victim.id };
  },
  "an image that is gone": async ({ images, victim, imageOf }) => {
    await rm(path.join(images, imageOf(victim).file_name));
    return { check: "missing image", image: imageOf(victim).file_name };
  },
  "an image that is cut off": async ({ images, victim, imageOf }) => {
    const file = path.join(images, imageOf(victim).file_name);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length >> 1));
    return { check: "broken image", image: imageOf(victim).file_name };
  },
  "an image of half the size": async ({ images, victim, imageOf }) => {
    const { file_name, width, height } = imageOf(victim);
    const file = path.join(images, file_name);
    await writeFile(
      file,
      await sharp(await readFile(file))
        .resize(width >> 1, height >> 1)
        .jpeg()
        .toBuffer(),
    );
    return { check: "image size", image: file_name };
  },
  "an image that EXIF turns": async ({ images, victim, imageOf }) => {
    const { file_name } = imageOf(victim);
    const file = path.join(images, file_name);
    await writeFile(
      file,
      await sharp(await readFile(file))
        .rotate(90)
        .withMetadata({ orientation: 8 })
        .jpeg()
        .toBuffer(),
    );
    return { check: "image size", image: file_name, note: /as EXIF turns it \(orientation 8\)/ };
  },
  "an image that EXIF mirrors": async ({ images, victim, imageOf }) => {
    const { file_name } = imageOf(victim);
    const file = path.join(images, file_name);
    await writeFile(
      file,
      await sharp(await readFile(file))
        .withMetadata({ orientation: 2 })
        .jpeg()
        .toBuffer(),
    );
    return { check: "EXIF orientation", image: file_name };
  },
  "an image under two names": async ({ document, images, victim, imageOf }) => {
    await cp(path.join(images, imageOf(victim).file_name), path.join(images, "twin.jpg"));
    document.images.push({ ...imageOf(victim), id: 123_456_789, file_name: "twin.jpg" });
    return { check: "duplicate image", image: "twin.jpg" };
  },
};

const cocoMini = path.resolve(import.meta.dirname, "../../../../../shared/data/coco-mini");
let root = "";
let synthetic = { annotations: "", images: "" };
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "kindling-inspect-"));
  synthetic = await synthesizeDataset({ directory: path.join(root, "people"), count: 40, seed: 4, width: 160, height: 120 });
});
afterAll(() => rm(root, { recursive: true }));

describe.each([
  ["synthetic people", true, () => synthetic],
  [
    "coco-mini, when shared/data is there",
    existsSync(cocoMini),
    () => ({ annotations: `${cocoMini}/annotations/person_keypoints_train.json`, images: `${cocoMini}/images` }),
  ],
] as const)("in %s", (name, present, files) => {
  let clean: DatasetInspection;
  beforeAll(async () => {
    if (present) clean = await inspectDataset(files());
  });

  test.skipIf(!present)("nothing is found that is not there", () => {
    expect(clean.problems).toEqual([]);
  });

  test.skipIf(!present).each(Object.entries(faults))("%s is found and named", async (fault, plant) => {
    const folder = path.join(root, `${name.split(" ")[0]} ${fault}`);
    const document: Document = JSON.parse(await readFile(files().annotations, "utf8"));
    await mkdir(folder);
    for (const { file_name } of document.images) await cp(path.join(files().images, file_name), path.join(folder, file_name));
    const imageOf = ({ image_id }: Annotation): Image => document.images.find(({ id }) => id === Number(image_id))!;
    const expected = await plant({ document, images: folder, victim: victimOf(document, imageOf), imageOf });
    const annotations = path.join(folder, "faulty.json");
    await writeFile(annotations, JSON.stringify(document));

    const { problems } = await inspectDataset({ annotations, images: folder });
    const found = problems.find(({ check }) => check === expected.check);
    expect(found, JSON.stringify(problems.map(({ check }) => check))).toBeDefined();
    const named = found!.examples.filter(
      ({ annotation, image, note }) =>
        (expected.annotation === undefined || annotation === String(expected.annotation)) &&
        (expected.image === undefined || image === expected.image) &&
        (expected.note?.test(note) ?? true),
    );
    expect(named.length, JSON.stringify(found)).toBeGreaterThan(0);
    if (expected.annotation !== undefined || expected.image !== undefined) expect(found!.count, JSON.stringify(found)).toBe(1);
  });

  test.skipIf(!present)("an image that validation has too is found", async () => {
    const document: Document = JSON.parse(await readFile(files().annotations, "utf8"));
    const [shared] = document.images;
    const against = path.join(root, `${name.split(" ")[0]}-validation.json`);
    const kept = { ...document, images: [shared], annotations: document.annotations.filter(({ image_id }) => image_id === shared!.id) };
    await writeFile(against, JSON.stringify(kept));
    const { problems } = await inspectDataset({ ...files(), against: { annotations: against, images: files().images } });
    expect(problems.map(({ check, count, examples }) => [check, count, examples[0]!.image])).toEqual([
      ["image in both splits", 1, shared!.file_name],
    ]);
  });
});

test("the page has the picture and the words of each example, and asks for nothing outside of it", async () => {
  const folder = path.join(root, "page");
  await mkdir(folder);
  const document: Document = JSON.parse(await readFile(synthetic.annotations, "utf8"));
  const victim = document.annotations.find(({ num_keypoints }) => num_keypoints > 10)!;
  victim.area = 0;
  document.images[3]!.file_name = "<gone> & lost.jpg";
  const annotations = path.join(folder, "faulty.json");
  await writeFile(annotations, JSON.stringify(document));
  const { page } = await inspectDataset({ annotations, images: synthetic.images, out: path.join(folder, "out") });
  const html = await readFile(page!, "utf8");
  expect(html).toContain(`annotation ${victim.id}`);
  expect(html).toContain("&#60;gone&#62; &#38; lost.jpg");
  expect(html).not.toContain("<gone>");
  expect(html.match(/<image href="data:image\/jpeg;base64,/g)!.length).toBe(1);
  expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|<script|<link|@import|url\(/);
  const jpeg = Buffer.from(/base64,([^"]+)"/.exec(html)![1]!, "base64");
  expect((await sharp(jpeg).metadata()).width).toBeGreaterThan(100);
});

function exchange({ keypoints }: Annotation, part: string): void {
  const [left, right] = [`left_${part}`, `right_${part}`].map((joint) => 3 * coco17.joints.indexOf(joint)) as [number, number];
  const kept = keypoints.slice(left, left + 3);
  keypoints.splice(left, 3, ...keypoints.slice(right, right + 3));
  keypoints.splice(right, 3, ...kept);
}

/** The first person with at least 12 labelled key points who is seen squarely, of box and trunk well inside the image. */
function victimOf({ annotations }: Document, imageOf: (annotation: Annotation) => Image): Annotation {
  const found = annotations.find((annotation) => {
    const { keypoints, bbox, num_keypoints: count } = annotation;
    const at = (joint: string): number[] =>
      keypoints.slice(3 * coco17.joints.indexOf(joint), 3 * coco17.joints.indexOf(joint) + 3) as number[];
    const [ls, rs, lh, rh] = ["left_shoulder", "right_shoulder", "left_hip", "right_hip"].map(at) as [
      number[],
      number[],
      number[],
      number[],
    ];
    const trunk = Math.abs(ls[1]! + rs[1]! - lh[1]! - rh[1]!) / 2;
    const square = Math.min(Math.abs(ls[0]! - rs[0]!), Math.abs(lh[0]! - rh[0]!)) > 0.35 * trunk;
    const { width, height } = imageOf(annotation);
    const room = bbox[0]! + 2 * bbox[2]! > width || bbox[1]! + 2 * bbox[3]! > height;
    return count >= 12 && [ls, rs, lh, rh].every(([, , v]) => v! > 0) && square && room && bbox[1]! > 2;
  });
  if (!found) throw new Error("no person of the data set is fit to be spoilt");
  return found;
}
