import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { synthesizeDataset } from "@kindling/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";

let root = "";
let people = "";
let samples = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "kindling-data-crop-"));
  people = path.join(root, "people");
  ({ samples } = await synthesizeDataset({ directory: people, count: 4, seed: 1, width: 64, height: 48 }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("data crop makes the crops once, says where they are, and measures when asked", async () => {
  const first = await kindling("data", "crop", people, "input=32x24", "measure", "workers=0", "--json");
  expect(first.status, first.err).toBe(0);
  expect(first.out.indexOf("\n")).toBe(first.out.length - 1);
  const file = path.join(people, "crops", "annotations-32x24.crops");
  expect(existsSync(file)).toBe(true);
  const speed = { samplesPerSecond: expect.any(Number), samplesPerCoreSecond: expect.any(Number) };
  expect(JSON.parse(first.out)).toEqual({
    samples,
    problems: [],
    file,
    bytes: samples * 32 * 24 * 3,
    made: samples,
    seconds: expect.any(Number),
    loader: { decoded: speed, stored: speed },
  });
  const [data, images] = [`data=${people}/annotations.json`, `images=${people}/images`];
  const again = await kindling("data", "crop", data, images, "input=32x24");
  expect(again.out).toContain(`${samples} crops, up to date`);
  const now = new Date();
  await utimes(path.join(people, "images", "000001.jpg"), now, now);
  expect((await kindling("data", "crop", data, images, "input=32x24")).out).toContain(`${samples} crops, ${samples} made in`);
});

test.each([
  [[], /the data set is missing: give its folder, or data=ANN\.json and images=DIR/],
  [["here", "data=there.json"], /DIR and data=ANN\.json are both given/],
  [["nowhere"], /annotations file nowhere\/annotations\.json: there is no such file/],
  [["here", "input=0x4"], /input must be HEIGHTxWIDTH/],
])("data crop %j is one sentence and ends with 2", async (words, message) => {
  const { status, out, err } = await kindling("data", "crop", ...words);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err.trim()).toMatch(message);
  expect(err.trim()).not.toContain("\n");
});
