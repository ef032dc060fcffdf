import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { readDataset } from "@kindling/data";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { run, files, dataset, folder } = tiny;

interface Report {
  readonly pck: number;
  readonly perJoint: Readonly<Record<string, number | null>>;
  readonly persons: number;
  readonly boxes: string;
  readonly loss?: number;
  readonly picture?: string;
  readonly perJointAP: Readonly<Record<string, number | null>>;
  readonly intervals: Readonly<Record<string, { readonly value: number; readonly low: number } | null>>;
  readonly AP: number;
  readonly AR: number;
  readonly endPointError: number;
}

/** Evaluates with `--json`; there must be one line and no error. */
async function evaluate(...words: readonly string[]): Promise<Report> {
  const { status, out, err } = await kindling("evaluate", ...words, "--json");
  expect(status, err).toBe(0);
  expect(out.indexOf("\n")).toBe(out.length - 1);
  return JSON.parse(out);
}

test("a run folder is evaluated on its own validation set, with its loss, and keeps the pictures", async () => {
  const report = await evaluate(run.path, "threshold=0.5");
  expect(report).toMatchObject({ persons: dataset.samples.length, boxes: "truth" });
  expect(Object.keys(report.perJoint)).toEqual(dataset.skeleton.joints);
  const labelled = Object.values(report.perJoint).filter((fraction) => fraction !== null);
  expect(report.pck).toBeCloseTo(labelled.reduce((sum, fraction) => sum + fraction, 0) / labelled.length, 12);
  expect(report.pck).toBeGreaterThan(0);
  expect(report.loss).toBeGreaterThan(0);
  expect(report.picture).toBe(path.join(run.samples, "evaluation-annotations.jpg"));
  expect((await sharp(await readFile(report.picture!)).metadata()).format).toBe("jpeg");
});

test("a weights file says itself what it is, and measures the same at any batch size", async () => {
  const given = [run.bestWeights, `data=${files.annotations}`, `images=${files.images}`, "threshold=0.5"];
  const { picture, loss, ...ofRun } = await evaluate(run.path, "threshold=0.5");
  expect(await evaluate(...given, "batchSize=5")).toEqual(ofRun);
  const out = path.join(folder, "pictures");
  const limited = await evaluate(...given, "limit=3", `out=${out}`);
  expect(limited).toMatchObject({ persons: 3, picture: path.join(out, "evaluation-annotations.jpg") });
});

test("the persons that are measured are chosen as recipes choose them, of a run's own set too", async () => {
  const some = await readDataset({ ...files, split: { part: "validation", validation: 0.5, seed: 3 } });
  expect(some.samples.length).toBeLessThan(dataset.samples.length);
  expect(some.samples.length).toBeGreaterThan(0);
  for (const words of [[run.path], [run.bestWeights, `data=${files.annotations}`, `images=${files.images}`]]) {
    expect(await evaluate(...words, "split=validation:0.5:3")).toMatchObject({ persons: some.samples.length });
  }
  const { status, err } = await kindling("evaluate", run.path, "format=cocoa");
  expect({ status, said: err.includes(`got "cocoa"`) }).toEqual({ status: 2, said: true });
});

test("without --json the joints are a table", async () => {
  const { status, out } = await kindling("evaluate", run.path, "norm=torso", "threshold=0.3");
  expect(status).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^joint +PCK@0\.3 of the torso +AP alone +labels$/);
  expect(lines.slice(1, 18).map((line) => line.split(" ")[0])).toEqual(dataset.skeleton.joints);
  expect(lines[18]).toMatch(/^mean +[01]\.\d{3}$/);
  expect(lines[19]).toMatch(/^\d+ persons of annotations, boxes: truth, loss .*, decode: quarter$/);
  expect(out).toMatch(/^AP +0\.\d{3} +OKS 0\.50:0\.95, all sizes$|^AP +0\.\d{3} +0\.\d{3} … 0\.\d{3} /m);
});

test("COCO's numbers are those of the results that it writes, with the flip test and another decoder others", async () => {
  const results = path.join(folder, "results.json");
  const report = await evaluate(run.path, "flip", "decode=dark", `results=${results}`);
  expect(report).toMatchObject({ flip: true, decode: "dark", results });
  const truth = `truth=${files.annotations}`;
  const { status, out, err } = await kindling("coco-eval", truth, `detections=${results}`, "--json");
  expect(status, err).toBe(0);
  const numbers = ["AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L"] as const;
  const { AP, intervals } = report;
  const again = JSON.parse(out);
  expect(report).toMatchObject(Object.fromEntries(numbers.map((name) => [name, again[name]])));
  expect(intervals.AP!.value).toBe(AP);
  expect(intervals.AP!.low).toBeLessThanOrEqual(AP);
  expect(Object.keys(report.perJointAP)).toEqual(dataset.skeleton.joints);
  expect((await evaluate(run.path)).endPointError).not.toBe(report.endPointError);
});

test("a detector's boxes are looked into, each for a person of its own, and ranked by their scores; there is no PCK then", async () => {
  const boxes = path.join(folder, "boxes.json");
  const found = dataset.samples.map(({ imageId, box: { x, y, width, height } }, i) => ({
    image_id: imageId,
    category_id: 1,
    bbox: [x, y, width, height],
    score: 0.9 - i / 100,
  }));
  await writeFile(boxes, JSON.stringify([...found, { ...found[0], score: 0.1 }])); // the last is the first person again
  const results = path.join(folder, "detected.json");
  const report = await evaluate(run.path, `boxes=${boxes}`, `results=${results}`);
  expect(report).toMatchObject({ boxes, persons: dataset.samples.length });
  expect(report).not.toHaveProperty("pck");
  expect(report).not.toHaveProperty("loss");
  expect(JSON.parse(await readFile(results, "utf8"))).toHaveLength(dataset.samples.length);
  // Annotated boxes have all the same score, so that only the ranks differ.
  expect(report.AR).toBeCloseTo((await evaluate(run.path)).AR, 12);
});

test.each([
  [["no-such-run"], "no-such-run: there is no such run folder or weights file"],
  [[folder], "neither a run folder, which holds recipe.yaml, nor a model folder"],
  [[run.bestWeights], "data=ANN.json is missing"],
  [[run.path, "boxes=detections.json"], "boxes: detections.json: there is no such file; give truth or a file"],
  [[run.path, "decode=darkness"], `decode must be one of argmax, quarter, mmpose, dark, dark-udp, integral, megvii`],
  [[run.path, "threshold=0"], "threshold must be above 0"],
  [[run.path, `images=${files.images}`], "images is given without data"],
  [[run.path, "data=no-such.json"], "no-such.json"],
  [[run.path, "joints=5"], "17 joints (coco17), but the network has 5"],
  [[run.path, "model=hrnet-w8"], "the weights do not fit the model"],
  [[run.path, "input=8x8"], "takes no input of 8x8 pixels"],
  [[run.path, `out=${files.annotations}`], "there is a file in its place"],
])("evaluate %j is one sentence and ends with 2", async (words, sentence) => {
  const { status, out, err } = await kindling("evaluate", ...words, "--json");
  expect(err).toContain(sentence);
  expect(err).not.toContain("\n    at ");
  expect({ status, out }).toEqual({ status: 2, out: "" });
});

test("a run that was never validated has nothing to evaluate, and says so", async () => {
  await rm(run.bestWeights);
  const { status, err } = await kindling("evaluate", run.path);
  expect(err).toContain("the run has no weights/best.safetensors; it appears with the first validation");
  expect(status).toBe(2);
});
