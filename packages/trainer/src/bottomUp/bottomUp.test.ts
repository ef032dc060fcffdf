import type { PersonAnnotation } from "@kindling/data";
import { coco17 } from "@kindling/pose";
import { expect, test } from "vitest";
import { mirroredRows } from "./mirroredRows.ts";
import { scenePck } from "./scenePck.ts";
import { sceneSizes } from "./sceneSizes.ts";

test("a height gives inputs of whole cells, one a scale, as wide as the image and never narrower than high", () => {
  const sizes = (width: number, height: number, scales: readonly number[]) =>
    sceneSizes({ width, height }, { kind: "height", height: 368, scales });
  expect(sizes(640, 480, [1])).toEqual([[368, 512]]); // 490.7 wide
  expect(sizes(480, 640, [1])).toEqual([[368, 384]]);
  expect(sizes(640, 480, [0.5, 1.5])).toEqual([
    [184, 256],
    [552, 768],
  ]);
  expect(sceneSizes({ width: 9, height: 9 }, { kind: "letterbox", input: [128, 96] })).toEqual([[128, 96]]);
});

test("rows are mirrored one by one, images after one another", () => {
  const pixels = (...values: readonly number[]) => Uint8Array.from(values.flatMap((value) => [value, 0, value, 255]));
  expect(mirroredRows(pixels(1, 2, 3, 4, 5, 6), 3)).toEqual(pixels(3, 2, 1, 6, 5, 4));
});

const person = (id: string, x: number, changes: Partial<PersonAnnotation> = {}): PersonAnnotation => ({
  id,
  imageId: 1,
  keypoints: Float64Array.from(coco17.joints.flatMap((_, joint) => [x + joint, 10 + 3 * joint, 2])),
  box: { x, y: 10, width: 40, height: 100 },
  area: 3000,
  crowd: false,
  ...changes,
});
const detection = (x: number, score: number, imageId: number | string = 1) => ({ imageId, score, keypoints: person("", x).keypoints });

test("each person is measured by the detection that takes it, the better score first; nobody found has no joint found", () => {
  const persons = [person("a", 50), person("b", 300), person("crowd", 600, { crowd: true })];
  const pckOf = (...detections: readonly ReturnType<typeof detection>[]) => scenePck({ persons, skeleton: coco17 }, detections, 0.1);
  expect(pckOf(detection(52, 1), detection(301, 0.5)).pck).toBe(1);
  expect(pckOf(detection(52, 1)).pck).toBe(0.5);
  expect(pckOf(detection(52, 1), detection(301, 0.5, 2)).pck).toBe(0.5); // of another image
  expect(pckOf(detection(50, 0.5), detection(63, 1)).pck).toBe(0); // the surer one takes the person, 13 pixels off, beyond a tenth of 100
  expect(pckOf().pck).toBe(0);
  expect(pckOf().counts).toEqual(coco17.joints.map(() => 2));
});

test("a joint that was not found is nowhere, also where the label is in the image's corner", () => {
  const persons = [person("a", 0, { keypoints: Float64Array.from(coco17.joints.flatMap(() => [1, 1, 2])) })];
  const keypoints = Float64Array.from(coco17.joints.flatMap((_, joint) => (joint < 4 ? [1, 1, 0.5] : [0, 0, 0])));
  const { perJoint } = scenePck({ persons, skeleton: coco17 }, [{ imageId: 1, score: 1, keypoints }], 0.1);
  expect(perJoint.map((fraction) => fraction)).toEqual(coco17.joints.map((_, joint) => (joint < 4 ? 1 : 0)));
});
