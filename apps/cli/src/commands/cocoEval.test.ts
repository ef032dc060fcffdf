import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";

const numbers = ["AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L"];
const data = path.resolve(import.meta.dirname, "../../../../../shared/data");

const keypoints = (shift: number): number[] =>
  Array.from({ length: 51 }, (_, i) => (i % 3 === 2 ? 2 : i % 3 === 1 ? i * 4 : i * 2 + shift));
const person = (image_id: number) => ({
  id: image_id,
  image_id,
  category_id: 1,
  iscrowd: 0,
  num_keypoints: 17,
  area: 8000,
  bbox: [0, 0, 110, 210],
  keypoints: keypoints(0),
});
const images = [1, 2, 3].map((id) => ({ id, file_name: `${id}.jpg`, width: 300, height: 300, crowdIndex: id / 10 }));
const result = (image_id: number, shift: number) => ({ image_id, category_id: 1, keypoints: keypoints(shift), score: 1 - image_id / 10 });

let folder = "";
const file = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-coco-eval-"));
  const write = (name: string, value: unknown) => writeFile(file(name), typeof value === "string" ? value : JSON.stringify(value));
  await write("truth.json", { images, annotations: [1, 2].map(person), categories: [{ id: 1, name: "person" }] });
  await write("found.json", [result(1, 0), result(2, 300), result(3, 0)]);
  await write("better.json", [result(1, 0), result(2, 1)]);
  await write("elsewhere.json", [result(77, 0)]);
  await write("short.json", [{ ...result(1, 0), keypoints: [1, 2, 1] }]);
  await write("broken.json", "[{");
  await write("sigmas.json", Array(17).fill(0.05));
});
afterAll(() => rm(folder, { recursive: true }));

test("--json has the ten numbers, who was counted, and one line", async () => {
  const { status, out } = await kindling("coco-eval", `truth=${file("truth.json")}`, `detections=${file("found.json")}`, "--json");
  expect([status, out.trim().split("\n").length]).toEqual([0, 1]);
  const json = JSON.parse(out);
  expect(Object.keys(json).slice(0, 10)).toEqual(numbers);
  expect(json).toMatchObject({ AR: 0.5, AP_L: -1, persons: 2, images: 3, detections: 3, sigmas: "coco17" });
  expect(json.AP).toBeCloseTo(51 / 101, 12);
  expect(json.explanations.AP_L).toMatch(/no person has an area of 96² pixels or more: 2 of 2 are smaller/);
});

test("the table says how many persons, and why a number is −1", async () => {
  const { status, out } = await kindling("coco-eval", `truth=${file("truth.json")}`, `detections=${file("found.json")}`);
  expect(status).toBe(0);
  expect(out).toMatch(/^AP +0\.505 +OKS 0\.50:0\.95/m);
  expect(out).toMatch(/2 persons to be found on 3 images: 2 medium, 0 large/);
  expect(out).toMatch(/AP_L = -1, AR_L = -1: no person has an area/);
});

test("what is asked for is added: joints, sizes, errors, intervals, a comparison, crowding", async () => {
  const { status, out } = await kindling(
    ...["coco-eval", `truth=${file("truth.json")}`, `detections=${file("found.json")}`, `against=${file("better.json")}`],
    ...["joints", "sizes", "errors", "intervals=200", "crowd", "--json"],
  );
  expect(status).toBe(0);
  const json = JSON.parse(out);
  expect(json.joints.nose).toMatchObject({ labels: 2, found: 0.5 });
  expect(json.errors).toMatchObject({ unfound: 1, unmatched: 2 });
  expect(json.sizes.find(({ persons }: { persons: number }) => persons > 0)).toMatchObject({ name: "96²–192²", persons: 2 }); // crowd takes areas from the boxes
  expect(json.intervals.AP.low).toBeLessThanOrEqual(json.AP);
  expect(json.against.AP.difference.value).toBeGreaterThan(0.3);
  expect(json.crowd.easy).toBeGreaterThan(0.9); // image 1, crowdIndex 0.1
  expect(json.crowd.hard).toBe(-1);
});

test("results on other images: 0 and the reason, and a note on standard error", async () => {
  const { status, out, err } = await kindling("coco-eval", `truth=${file("truth.json")}`, `detections=${file("elsewhere.json")}`);
  expect(status).toBe(0);
  expect(out).toMatch(/AP = 0.*: none of the 1 detections is on an image of the truth: image ids are like 77 there and like 1 here/);
  expect(err).toMatch(/1 detections are on images that the truth does not have/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no detections", ["truth=truth.json"], /detections=PATH is missing/],
  ["a missing file", ["truth=none.json", "detections=found.json"], /truth: there is no file or folder .*none\.json/],
  ["no JSON", ["truth=truth.json", "detections=broken.json"], /results file .*broken\.json: is not JSON/],
  ["files exchanged", ["truth=found.json", "detections=truth.json"], /found\.json: a COCO file is a JSON object with .*; got a list/],
  ["another skeleton", ["truth=truth.json", "detections=short.json"], /result 0 has 3 key point numbers; the truth has 17 joints/],
  ["too few sigmas", ["truth=truth.json", "detections=found.json", "sigmas=0.1,0.2"], /sigmas: sigmas= has 2 joints, but .* have 17/],
  ["an unknown skeleton", ["truth=truth.json", "detections=found.json", "sigmas=coco71"], /no skeleton is named "coco71"/],
  ["a skeleton of others", ["truth=truth.json", "detections=found.json", "sigmas=lsp14"], /lsp14 has 14 joints, but .* have 17/],
  [
    "errors without a skeleton",
    ["truth=truth.json", "detections=found.json", "sigmas=sigmas.json", "errors"],
    /errors needs to know which joints mirror/,
  ],
  ["a negative sigma", ["truth=truth.json", "detections=found.json", "sigmas=-1"], /each must be above 0; got -1/],
])("%s is one sentence and status 2", async (_, words, message) => {
  const { status, err, out } = await kindling(
    "coco-eval",
    ...words.map((word) => word.replace(/^(truth|detections|sigmas)=(.*\.json)$/, (_all, key, name) => `${key}=${file(name)}`)),
  );
  expect([status, out]).toEqual([2, ""]);
  expect(err.trim()).toMatch(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});

test("numbers, lists and one number for all are sigmas too: larger ones forgive more", async () => {
  const AP = async (sigmas: string): Promise<number> => {
    const { out } = await kindling(
      "coco-eval",
      `truth=${file("truth.json")}`,
      `detections=${file("better.json")}`,
      `sigmas=${sigmas}`,
      "--json",
    );
    return JSON.parse(out).AP;
  };
  const [small, list, large] = [await AP("0.004"), await AP(file("sigmas.json")), await AP("0.5")];
  expect(small).toBeLessThan(list);
  expect(list).toBeLessThanOrEqual(large);
});

test.skipIf(!existsSync(data))("real annotations: pycocotools' numbers (skipped when shared/data is absent)", async () => {
  const { out } = await kindling(
    ...["coco-eval", `truth=${data}/coco-mini/annotations/person_keypoints_val.json`],
    ...[`detections=${data}/coco-ap/coco_mini_val_synthetic_dt.json`, "--json"],
  );
  const expected = [
    0.7053650504, 0.8262305745, 0.7652763992, 0.6829018976, 0.7692260681, 0.7838235294, 0.9117647059, 0.8382352941, 0.7411764706,
    0.8264705882,
  ];
  const json = JSON.parse(out);
  for (const [i, name] of numbers.entries()) expect(json[name]).toBeCloseTo(expected[i]!, 9);
});

test.skipIf(!existsSync(data))(
  "whole bodies by part; a CrowdPose file is recognised by its joints (skipped when shared/data is absent)",
  async () => {
    const annotations = `${data}/mmpose/coco/test_coco_wholebody.json`;
    await writeFile(file("nothing.json"), "[]");
    const whole = JSON.parse(
      (await kindling("coco-eval", `truth=${annotations}`, `detections=${file("nothing.json")}`, "parts=wholebody", "--json")).out,
    );
    expect(Object.keys(whole.parts)).toEqual(["body", "foot", "face", "left_hand", "right_hand", "all"]);
    expect([whole.sigmas, whole.AP, whole.parts.face.AP]).toEqual(["cocoWholebody133", 0, 0]);
    const crowd = JSON.parse(
      (
        await kindling(
          "coco-eval",
          `truth=${data}/mmpose/crowdpose/test_crowdpose.json`,
          `detections=${file("nothing.json")}`,
          "crowd",
          "--json",
        )
      ).out,
    );
    expect([crowd.sigmas, crowd.crowd]).toEqual(["crowdpose14", { easy: -1, medium: 0, hard: -1 }]);
    expect(crowd.notes[0]).toMatch(/have no "area"/);
  },
);
