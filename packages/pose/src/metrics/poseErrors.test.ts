import { expect, test } from "vitest";
import { coco17 } from "../skeletons/coco17.ts";
import { evaluateOks } from "./evaluateOks.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";
import { poseErrors } from "./poseErrors.ts";

const area = 40000;

/** Two people far apart, joints in a column each, all labelled but the left eye. */
const people = [0, 1].map((n): OksTruth => {
  const keypoints = coco17.joints.flatMap((_, k) => [n * 1000 + (k % 2) * 100, k * 50, k === 1 ? 0 : 2]);
  return { imageId: 1, keypoints, box: { x: n * 1000, y: 0, width: 200, height: 850 }, area, crowd: false };
});

test("each kind by its definition, joint by joint", () => {
  const joint = (name: string): number => coco17.joints.indexOf(name);
  const errors = poseErrors(
    people,
    [
      moved(people[0]!, {
        nose: jitter("nose", 0.7),
        left_eye: [5000, 5000], // no label: says nothing
        left_wrist: placeOf(people[0]!, "right_wrist"),
        left_ankle: placeOf(people[1]!, "left_ankle"),
        right_ankle: placeOf(people[1]!, "left_ankle"),
        left_knee: [-3000, 700],
        right_ear: jitter("right_ear", 0.8501),
        left_hip: jitter("left_hip", 0.4999),
      }),
      moved(people[1]!, {}),
    ],
    coco17,
    {},
  );
  expect(errors.total).toEqual({ good: 32 - 6, jitter: 1, inversion: 1, swap: 2, miss: 2 });
  const kinds = (name: string) => Object.entries(errors.perJoint[joint(name)]!).filter(([, count]) => count > 0);
  expect(kinds("nose")).toEqual([
    ["good", 1],
    ["jitter", 1],
  ]);
  expect(kinds("left_wrist")).toEqual([
    ["good", 1],
    ["inversion", 1],
  ]);
  expect(kinds("left_ankle")).toEqual([
    ["good", 1],
    ["swap", 1],
  ]);
  expect(kinds("right_ankle")).toEqual([
    ["good", 1],
    ["swap", 1],
  ]);
  expect(kinds("left_knee")).toEqual([
    ["good", 1],
    ["miss", 1],
  ]);
  expect(kinds("left_eye")).toEqual([]);
  expect([errors.unfound, errors.unmatched]).toEqual([0, 0]);
});

test("mending lifts AP to what the evaluation gives with the points so moved", () => {
  const found = [
    moved(people[0]!, {
      left_wrist: placeOf(people[0]!, "right_wrist"),
      left_ankle: placeOf(people[1]!, "left_ankle"),
      left_knee: [-3000, 700],
    }),
    moved(people[1]!, { nose: jitter("nose", 0.6) }),
  ];
  const { AP, gained } = poseErrors(people, found, coco17, {});
  expect(AP).toBe(evaluateOks(people, found, coco17).AP);
  // A point on the wrong label has similarity 1 with it: mended it lies on the right one.
  const withWrist = [moved(people[0]!, { left_ankle: placeOf(people[1]!, "left_ankle"), left_knee: [-3000, 700] }), found[1]!];
  expect(gained.inversion).toBeCloseTo(evaluateOks(people, withWrist, coco17).AP - AP, 12);
  const withMiss = [
    moved(people[0]!, {
      left_wrist: placeOf(people[0]!, "right_wrist"),
      left_ankle: placeOf(people[1]!, "left_ankle"),
      left_knee: jitter("left_knee", 0.5),
    }),
    found[1]!,
  ];
  expect(gained.miss).toBeCloseTo(evaluateOks(people, withMiss, coco17).AP - AP, 12);
  expect(gained.inversion).toBeGreaterThan(0);
  expect(gained.all).toBeGreaterThanOrEqual(Math.max(gained.inversion, gained.miss, gained.swap, gained.jitter));
});

test("people nobody found and detections of nobody are counted apart; no persons gain nothing", () => {
  const elsewhere = moved(people[0]!, Object.fromEntries(coco17.joints.map((name) => [name, [9000, 9000] as const])));
  const errors = poseErrors(people, [elsewhere], coco17, {});
  expect([errors.unfound, errors.unmatched, errors.total.good]).toEqual([2, 1, 0]);
  expect(poseErrors([], [], coco17, {})).toMatchObject({ AP: -1, gained: { all: 0 } });
});

function moved({ keypoints, imageId }: OksTruth, places: Readonly<Record<string, readonly [number, number]>>): PoseDetection {
  const points = coco17.joints.flatMap((name, k) => [...(places[name] ?? [keypoints[k * 3]!, keypoints[k * 3 + 1]!]), 1]);
  return { imageId, keypoints: points, score: 1, area };
}

function placeOf({ keypoints }: OksTruth, name: string): readonly [number, number] {
  const k = coco17.joints.indexOf(name);
  return [keypoints[k * 3]!, keypoints[k * 3 + 1]!];
}

/** A place right of the joint of the person that {@link people} has it for, of this similarity. */
function jitter(name: string, similarity: number): readonly [number, number] {
  const person = name === "nose" && similarity === 0.6 ? people[1]! : people[0]!;
  const [x, y] = placeOf(person, name);
  const sigma = coco17.sigmas[coco17.joints.indexOf(name)]!;
  return [x + Math.sqrt(-2 * Math.log(similarity) * area) * 2 * sigma, y];
}
