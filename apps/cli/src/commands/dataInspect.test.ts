import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { synthesizeDataset } from "@kindling/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";

let root = "";
let people = "";
let samples = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "kindling-data-inspect-"));
  people = path.join(root, "people");
  ({ samples } = await synthesizeDataset({ directory: people, count: 6, seed: 1, width: 64, height: 48 }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("a clean data set has no problems and ends with 0", async () => {
  const { status, out, err } = await kindling("data", "inspect", people, "--json");
  expect(status, err).toBe(0);
  expect(out.indexOf("\n")).toBe(out.length - 1);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ samples, problems: [], skeleton: "coco17", statistics: { images: 6, persons: samples, crowds: 0 } });
  expect(report.statistics.joints.length).toBe(17);
  expect(report.statistics.boxSizes.length).toBe(5);
  expect((await kindling("data", "inspect", people)).out).toMatch(/no problem found/);
});

test("an error ends with 1, after the table, the JSON and the page have named it", async () => {
  const document = JSON.parse(await readFile(path.join(people, "annotations.json"), "utf8"));
  document.annotations[1].area = 0;
  const annotations = path.join(root, "faulty.json");
  await writeFile(annotations, JSON.stringify(document));
  const words = ["data", "inspect", `data=${annotations}`, `images=${people}/images`, `out=${root}/page`];
  const told = await kindling(...words);
  expect(told.status).toBe(1);
  expect(told.out).toMatch(
    new RegExp(`error +area too small +1 +annotation ${document.annotations[1].id}, 00000\\d\\.jpg: area 0 in a box`),
  );
  expect(told.out).toMatch(/do: {3}write the area in pixels²/);
  expect(told.err).toContain("faulty.json: 1 kind of error");
  const { status, out } = await kindling(...words, "--json");
  expect(status).toBe(1);
  const { problems, page } = JSON.parse(out);
  expect(problems).toMatchObject([
    { check: "area too small", severity: "error", count: 1, examples: [{ annotation: String(document.annotations[1].id) }] },
  ]);
  expect(await readFile(page, "utf8")).toContain("area too small");
});

test("the other split is compared, and a limit looks at the first images only", async () => {
  const words = ["data", "inspect", people, `validation=${people}/annotations.json`, "--json", "limit=2"];
  const { status, out } = await kindling(...words);
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ problems: [{ check: "image in both splits", count: 2 }], statistics: { images: 2 } });
});

test.each([
  [[], /the data set is missing: give its folder, or data=ANN\.json and images=DIR/],
  [["here", "data=there.json"], /DIR and data=ANN\.json are both given/],
  [["nowhere"], /annotations file nowhere\/annotations\.json: there is no such file/],
  [["PEOPLE", "skeleton=coco71"], /no skeleton is named "coco71"; there are coco17/],
  [["PEOPLE", "skeleton=none.json"], /the skeleton none\.json: cannot be read \(there is no such file\)/],
  [["PEOPLE", "images=nowhere"], /images folder nowhere: there is no such folder/],
  [["PEOPLE", "data=list.json"], /both given/],
])("data inspect %j is one sentence and ends with 2", async (words, message) => {
  const { status, out, err } = await kindling("data", "inspect", ...words.map((word) => word.replace("PEOPLE", people)));
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err.trim()).toMatch(message);
  expect(err.trim()).not.toContain("\n");
});

test("a skeleton of one's own is YAML or JSON, as in recipes", async () => {
  const file = path.join(root, "own.yaml");
  const joints = Array.from({ length: 17 }, (_, k) => `joint_${k}`);
  await writeFile(file, `name: own17\njoints: [${joints}]\nsigmas: [${joints.map(() => 0.05)}]\n`);
  const { status, out } = await kindling("data", "inspect", people, `skeleton=${file}`, "--json");
  expect({ status, skeleton: JSON.parse(out).skeleton }).toEqual({ status: 0, skeleton: "own17" });
  await writeFile(path.join(root, "none.json"), "[]");
  const sigmas = await kindling(
    "coco-eval",
    `truth=${people}/annotations.json`,
    `detections=${path.join(root, "none.json")}`,
    `sigmas=${file}`,
    "--json",
  );
  expect({ status: sigmas.status, sigmas: JSON.parse(sigmas.out).sigmas }).toEqual({ status: 0, sigmas: "own17" });
});

test("a file of something else than annotations is refused in a sentence", async () => {
  await mkdir(path.join(root, "other"));
  const file = path.join(root, "other", "list.json");
  await writeFile(file, "[1, 2]");
  const { status, err } = await kindling("data", "inspect", `data=${file}`);
  expect(status).toBe(2);
  expect(err).toMatch(/a COCO-style file is a JSON object with the lists "images" and "annotations"/);
});
