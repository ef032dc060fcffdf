import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { coco17, type Skeleton } from "@kindling/pose";
import { expect, test } from "vitest";
import { inspectDataset } from "./inspectDataset.node.ts";
import { inspectDocument } from "./inspectDocument.ts";

const data = path.resolve(import.meta.dirname, "../../../../../shared/data");

// What is said of public samples, each of it true: files of AIC, CrowdPose and JHMDB have no areas; CrowdPose and Halpe count fewer key points than they
// label; both files of whole bodies have scores for visibilities of hands, and that of the partition names 17 of its 133 key points, Human-Art's 21 for its 17; its pictures are not where it
// says; the annotators of LSPET exchanged left and right on some people.
test.skipIf(!existsSync(data)).each<[string, string, string, Readonly<Record<string, number>>]>([
  ["coco-mini/annotations/person_keypoints_val.json", "coco-mini/images", "coco17", {}],
  ["mmpose/coco/test_coco.json", "mmpose/coco", "coco17", {}],
  ["mmpose/coco/test_coco_wholebody.json", "mmpose/coco", "cocoWholebody133", { "unknown visibility": 2 }],
  [
    "mmpose/coco/test_keypoint_partition_metric.json",
    "mmpose/coco",
    "cocoWholebody133",
    { "unknown visibility": 2, "number of key point names": 1 },
  ],
  ["mmpose/halpe/test_halpe.json", "mmpose/coco", "halpe136", { "num_keypoints disagrees": 12 }],
  ["mmpose/aic/test_aic.json", "mmpose/aic", "aic14", { "missing area": 9 }],
  ["mmpose/crowdpose/test_crowdpose.json", "mmpose/crowdpose", "crowdpose14", { "missing area": 5, "num_keypoints disagrees": 4 }],
  ["mmpose/jhmdb/test_jhmdb_sub1.json", "mmpose/jhmdb", "jhmdb15", { "missing area": 3 }],
  ["mmpose/ochuman/test_ochuman.json", "mmpose/ochuman", "coco17", {}],
  ["mmpose/humanart/test_humanart.json", "mmpose/humanart", "coco17", { "missing image": 3, "number of key point names": 1 }],
  ["lspet-subset/lspet_val_lsp14.json", "lspet-subset/images", "lsp14", { "left and right": 6 }],
])("of %s nothing is said that is not so (skipped when shared/data is absent)", async (annotations, images, skeleton, expected) => {
  const { problems, dataset } = await inspectDataset({ annotations: path.join(data, annotations), images: path.join(data, images) });
  expect(Object.fromEntries(problems.map(({ check, count }) => [check, count]))).toEqual(expected);
  expect(dataset.skeleton.name).toBe(skeleton);
});

test.skipIf(!existsSync(data))(
  "a whole body is looked at in all its parts, or as the body alone (skipped when shared/data is absent)",
  async () => {
    const document = JSON.parse(await readFile(path.join(data, "mmpose/coco/test_coco_wholebody.json"), "utf8"));
    const victim = document.annotations.find((annotation: { face_kpts: number[] }) => annotation.face_kpts[2]! > 0);
    victim.face_kpts.splice(0, 3, 0, 0, 2);
    const checks = (skeleton?: Skeleton) =>
      inspectDocument(document, { source: "wholebody.json", ...(skeleton ? { skeleton } : {}) }).problems.map(({ check, examples }) => [
        check,
        examples[0],
      ]);
    expect(checks()).toContainEqual(["labelled at the origin", expect.objectContaining({ annotation: String(victim.id), note: "face_0" })]);
    expect(checks(coco17)).toEqual([]);
  },
);
