import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { coco17, halpe26, humanart21, jhmdb15, lsp14, mapKeypoints, mpii16 } from "@kindling/pose";
import { describe, expect, test } from "vitest";
import { type AnnotationFormat, annotationFormats, recogniseFormat } from "./annotationFormat.ts";
import { parseCoco } from "./coco.ts";
import { parseMpii } from "./mpii.ts";
import { readDataset } from "./readDataset.node.ts";

const shared = path.resolve(import.meta.dirname, "../../../../../shared/data");
const mmpose = path.join(shared, "mmpose");

describe.skipIf(!existsSync(mmpose))("real files (skipped when shared/data is absent)", () => {
  test.each([
    ["coco/test_coco.json", "coco", "coco17", "keypoints"],
    ["coco/test_coco_wholebody.json", "coco", "cocoWholebody133", "keypoints"],
    ["coco/test_keypoint_partition_metric.json", "coco", "cocoWholebody133", "keypoints"],
    ["halpe/test_halpe.json", "coco", "halpe136", "keypoints"],
    ["crowdpose/test_crowdpose.json", "crowdpose", "crowdpose14", "keypoints"],
    ["aic/test_aic.json", "aic", "aic14", "keypoints"],
    ["ochuman/test_ochuman.json", "ochuman", "coco17", "keypoints"],
    ["jhmdb/test_jhmdb_sub1.json", "jhmdb", "jhmdb15", "keypoints"],
  ])("%s is recognised and every person of it is read", async (file, folder, skeleton, key) => {
    const annotations = path.join(mmpose, file);
    const dataset = await readDataset({ annotations, images: path.join(mmpose, folder) });
    expect(dataset.skeleton.name).toBe(skeleton);
    const written = annotationsOf(annotations);
    expect(dataset.persons.map(({ id }) => id)).toEqual(written.map(({ id }) => String(id)));
    for (const [i, { keypoints }] of dataset.persons.entries()) {
      const body = written[i]![key] as number[];
      expect([...keypoints.subarray(0, body.length)]).toEqual(body);
    }
    const labelled = dataset.persons.filter(({ keypoints }) => keypoints.some((value, at) => at % 3 === 2 && value > 0));
    expect(dataset.samples.map(({ id }) => id)).toEqual(labelled.map(({ id }) => id));
    expect(dataset.samples.length).toBeGreaterThan(2);
  });

  test("a whole body's key points are body, feet, face, left and right hand", async () => {
    const file = path.join(mmpose, "coco/test_coco_wholebody.json");
    const { persons } = await readDataset({ annotations: file });
    for (const [i, annotation] of annotationsOf(file).entries()) {
      const parts = ["keypoints", "foot_kpts", "face_kpts", "lefthand_kpts", "righthand_kpts"].flatMap((key) => annotation[key]);
      expect([...persons[i]!.keypoints]).toEqual(parts);
    }
    const body = await readDataset({ annotations: file, skeleton: coco17 });
    expect([...body.persons[0]!.keypoints]).toEqual(annotationsOf(file)[0]!.keypoints);
  });

  test("Halpe's 136 key points are read as its 26 of body and feet where asked for", async () => {
    const annotations = path.join(mmpose, "halpe/test_halpe.json");
    const images = path.join(mmpose, "coco");
    const { persons } = await readDataset({ annotations, images, skeleton: halpe26 });
    for (const [i, { keypoints }] of annotationsOf(annotations).entries())
      expect([...persons[i]!.keypoints]).toEqual((keypoints as number[]).slice(0, 78));
  });

  test("Human-Art has 17 key points, and 21 with its own skeleton", async () => {
    const file = path.join(mmpose, "humanart/test_humanart.json");
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    expect([recogniseFormat(document, file), recogniseFormat(document, file, humanart21)]).toEqual(["humanArt", "humanArt21"]);
    const [written] = annotationsOf(file);
    const options = { source: file, images: "." };
    expect([...parseCoco(document, { ...options, format: "humanArt" }).persons[0]!.keypoints]).toEqual(written!.keypoints);
    expect([...parseCoco(document, { ...options, format: "humanArt21" }).persons[0]!.keypoints]).toEqual(written!.keypoints_21);
  });

  test("JHMDB's boxes count from 1, its key points do not", async () => {
    const annotations = path.join(mmpose, "jhmdb/test_jhmdb_sub1.json");
    const [first] = (await readDataset({ annotations })).persons;
    expect(first!.box).toEqual({ x: 78, y: 61, width: 54, height: 159 });
    expect(first!.keypoints[0]).toBe(98.851746);
  });

  test("a format that was said and is not what stands in the file decides its boxes, and so is part of what was chosen", async () => {
    const annotations = path.join(mmpose, "jhmdb/test_jhmdb_sub1.json");
    const as = async (format?: AnnotationFormat) =>
      (await readDataset({ annotations, ...(format ? { format, skeleton: jhmdb15 } : {}) })).selection;
    expect([await as(), await as("jhmdb"), await as("coco")]).toEqual([undefined, undefined, "format=coco"]);
  });

  test("COCO's key points are mapped to a skeleton of another number of joints, by name", async () => {
    const annotations = path.join(mmpose, "coco/test_coco.json");
    const own = await readDataset({ annotations });
    const mapped = await readDataset({ annotations, skeleton: lsp14, minKeypoints: 2 });
    expect([mapped.skeleton, mapped.selection]).toEqual([lsp14, "skeleton=lsp14 minKeypoints=2"]);
    for (const [i, { keypoints }] of mapped.persons.entries())
      expect(keypoints).toEqual(mapKeypoints(own.persons[i]!.keypoints, coco17, lsp14));
    await expect(readDataset({ annotations, skeleton: humanart21, format: "lsp" })).rejects.toThrow("lsp14 needs 3·14 = 42");
  });

  test("CrowdPose says how crowded an image is", async () => {
    const { images } = await readDataset({ annotations: path.join(mmpose, "crowdpose/test_crowdpose.json") });
    for (const { crowdIndex } of images) expect(crowdIndex).toBeGreaterThan(0);
  });

  test("MPII's images are measured, its pixels counted from 0 and its crop is HRNet's", async () => {
    const annotations = path.join(mmpose, "mpii/test_mpii.json");
    const { samples, images, skeleton } = await readDataset({ annotations });
    expect(samples.length).toBe(5);
    expect(skeleton).toBe(mpii16);
    expect(images.map(({ id, width, height }) => [id, width, height])).toContainEqual(["005808361", 1280, 720]);
    expect([...samples[0]!.keypoints.subarray(0, 3)]).toEqual([803, 710, 2]);
    const { box } = samples[0]!;
    expect(box.x + box.width / 2).toBeCloseTo(965, 6);
    expect(box.y + box.height / 2).toBeCloseTo(340 + 15 * 4.718488 - 1, 6);
    expect(box.width).toBeCloseTo(200 * 4.718488, 6);
    const unlabelled = samples.find(({ imageId }) => imageId === "051423444")!;
    expect([...unlabelled.keypoints.subarray(0, 3)]).toEqual([0, 0, 0]);
  });
});

const lspet = path.join(shared, "lspet-subset");
test.skipIf(!existsSync(lspet))(
  "LSP read as COCO's 17 is the file that was mapped to them (skipped when shared/data is absent)",
  async () => {
    const images = path.join(lspet, "images");
    const own = await readDataset({ annotations: path.join(lspet, "lspet_val_lsp14.json"), images });
    expect(own.skeleton).toBe(lsp14);
    const mapped = await readDataset({ annotations: path.join(lspet, "lspet_val_lsp14.json"), images, skeleton: coco17 });
    const written = await readDataset({ annotations: path.join(lspet, "lspet_val_coco17.json"), images });
    expect(mapped.samples).toEqual(written.samples);
    expect(mapped.selection).toBe("skeleton=coco17");
  },
);

describe("a format is recognised by the contents", () => {
  const withNames = (keypoints: readonly string[], joints = keypoints.length): object => ({
    images: [],
    annotations: [{}, { keypoints: Array<number>(3 * joints).fill(1) }],
    categories: [{ id: 1, name: "person", keypoints }],
  });
  test.each([
    ["MPII's list", [{ joints: [], center: [0, 0] }], "mpii"],
    ["the parts of a whole body", { images: [], annotations: [{ keypoints: [], face_kpts: [] }] }, "cocoWholebody"],
    ["names of key points", withNames(lsp14.joints), "lsp"],
    ["names in other spelling", withNames(lsp14.joints.map((joint) => joint.replace("_", " ").toUpperCase())), "lsp"],
    [
      "babyPose's hands and feet",
      withNames([
        "right_hand",
        "right_elbow",
        "right_shoulder",
        "left_shoulder ",
        "left_elbow",
        "left_hand",
        "right_foot",
        "right_knee",
        "right_hip",
        "left_hip",
        "left_knee",
        "left_foot",
      ]),
      "babyPose",
    ],
    ["17 key points without names", withNames([], 17), "coco"],
    ["136 key points without names", withNames([], 136), "halpe"],
    ["a number that no format has", withNames([], 5), "coco"],
    ["no persons", { images: [], annotations: [] }, "coco"],
    ["a crowd index", { images: [{ crowdIndex: 0.5 }], annotations: [{ keypoints: Array<number>(42).fill(1) }] }, "crowdpose"],
  ])("%s", (_, document, format) => expect(recogniseFormat(document, "file.json")).toBe(format));

  test("14 key points without names may be of several data sets, which is not guessed", () => {
    expect(() => recogniseFormat(withNames([], 14), "file.json")).toThrow(
      /file\.json: persons have 14 key points, as crowdpose, aic, lsp have, and the file does not name them; say which with format=/,
    );
    expect(recogniseFormat(withNames([], 14), "file.json", lsp14)).toBe("coco");
  });

  test("every format has a name, each once", () => expect(new Set(annotationFormats).size).toBe(annotationFormats.length));
});

test("persons are mapped to another skeleton, and who has no joint of it is no sample", () => {
  const keypoints = lsp14.joints.flatMap((_, k) => [k + 1, k + 2, 2]);
  const head = lsp14.joints.flatMap((joint, k) => (joint === "head_top" ? [k, k, 2] : [0, 0, 0]));
  const document = {
    images: [{ id: 1, file_name: "a.jpg", width: 100, height: 100 }],
    annotations: [keypoints, head].map((points, id) => ({ id, image_id: 1, bbox: [0, 0, 50, 50], keypoints: points })),
  };
  const { samples, persons, skipped } = parseCoco(document, { source: "a.json", images: ".", format: "lsp", skeleton: coco17 });
  expect(samples.length).toBe(1);
  expect([...persons[0]!.keypoints]).toEqual([...mapKeypoints(keypoints, lsp14, coco17)]);
  expect(Object.fromEntries(skipped)).toEqual({ "no labelled key points": 1 });
});

describe("MPII's mistakes are refused in one sentence", () => {
  const person = {
    image: "a.jpg",
    center: [50, 50],
    scale: 0.25,
    joints: Array<number[]>(16).fill([3, 4]),
    joints_vis: Array<number>(16).fill(1),
  };
  const options = { source: "mpii.json", images: "pictures", sizes: new Map([["pictures/a.jpg", { width: 100, height: 80 }]]) };
  test.each([
    ["an object", {}, /an MPII file is a list of persons; got an object/],
    ["no image", [{ ...person, image: undefined }], /person 0 must be an object with an "image"/],
    ["15 joints", [{ ...person, joints: person.joints.slice(1) }], /person 0 \(a\) must have 16 "joints"/],
    ["no scale", [{ ...person, scale: -1 }], /must have a "center" \[x, y\] and a "scale" above 0/],
  ])("%s", (_, document, message) => expect(() => parseMpii(document, options)).toThrow(message));

  test("a missing image costs its persons alone", () => {
    const { samples, skipped, images } = parseMpii([person, { ...person, image: "b.jpg" }], options);
    expect(samples.map(({ imagePath }) => imagePath)).toEqual(["pictures/a.jpg"]);
    expect(Object.fromEntries(skipped)).toEqual({ "missing image": 1 });
    expect(images).toEqual([{ id: "a", path: "pictures/a.jpg", width: 100, height: 80 }]);
  });
});

interface Annotation {
  readonly [key: string]: unknown;
}

function annotationsOf(file: string): readonly Annotation[] {
  const document = JSON.parse(readFileSync(file, "utf8")) as readonly Annotation[] | { readonly annotations: readonly Annotation[] };
  return "annotations" in document ? document.annotations : document;
}
