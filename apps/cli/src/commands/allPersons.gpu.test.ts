import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { saveWeights, writeSafetensors } from "@kindling/models";
import { createNetworks, createRunFolder, parseRecipe, recipeToYaml, weightsMetadata } from "@kindling/trainer";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { files, dataset, folder } = tiny;
const run = await openPoseRun();
const image = dataset.images[0]!;

/** A run of openpose-tiny with the weights that its seed gives. */
async function openPoseRun(): Promise<string> {
  const set = JSON.stringify({ data: files.annotations, images: files.images });
  const recipe = parseRecipe(
    `name: scenes
seed: 3
student: { model: openpose-tiny, joints: 18 }
data: { train: ${set}, validation: ${set}, input: [64, 64], codec: { kind: pafs }, batchSize: 2 }
losses: [{ name: gt, kind: maskedL2 }]
optimizer: { kind: adam, learningRate: 1e-3, weightDecay: 0 }
schedule: { kind: constant, epochs: 1 }
`,
    path.join(folder, "scenes.yaml"),
  );
  const made = await createRunFolder(path.join(folder, "scene-runs"), recipe.name);
  await writeFile(made.recipe, recipeToYaml(recipe));
  using device = await openDevice();
  using networks = createNetworks(device, recipe, {});
  await writeFile(made.bestWeights, writeSafetensors(await saveWeights(networks.store, networks.student), weightsMetadata(recipe)));
  return made.path;
}

test("predict writes all persons of an image and a picture of its size, for letterboxes and for heights", async () => {
  for (const [i, words] of [[], ["height=64"], ["height=64", "scales=0.5,1", "grouping=published"], ["flip"]].entries()) {
    const out = path.join(folder, `all-${i}`);
    const { status, out: printed, err } = await kindling("predict", image.path, `weights=${run}`, `out=${out}`, ...words, "--json");
    expect(status, err).toBe(0);
    const { predictions } = JSON.parse(printed) as { predictions: readonly { keypoints: readonly number[] }[] };
    expect(JSON.parse(await readFile(path.join(out, "predictions.json"), "utf8"))).toEqual(predictions);
    for (const { keypoints } of predictions) expect(keypoints).toHaveLength(51);
    const picture = await readFile(path.join(out, `${path.parse(image.path).name}-pose.jpg`));
    expect(await sharp(picture).metadata()).toMatchObject({ width: image.width, height: image.height });
  }
});

test("evaluate measures a run of such a network by COCO's numbers and PCK on all images of its validation set", async () => {
  const { status, out, err } = await kindling("evaluate", run, "--json");
  expect(status, err).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({
    AP: expect.any(Number),
    AR_L: expect.any(Number),
    pck: expect.any(Number),
    images: dataset.images.length,
  });
  expect(Object.keys(report.perJoint)).toEqual(dataset.skeleton.joints);
  const text = await kindling("evaluate", run, "limit=1");
  expect(text.out).toContain("AP50");
});

test.each([
  [
    "a box for a network that finds all persons",
    ["predict", image.path, `weights=${run}`, "box=1,2,3,4"],
    "box is for networks of one person",
  ],
  [
    "a height for a network of one person",
    ["predict", image.path, `weights=${tiny.run.path}`, "height=64"],
    "height is for networks that find all persons",
  ],
  ["scales without a height", ["predict", image.path, `weights=${run}`, "scales=1,2"], "scales are factors on a height"],
  ["a scale of nothing", ["evaluate", run, "height=64", "scales=0"], "scales must be above 0"],
  ["a torso as norm", ["evaluate", run, "norm=torso"], "use norm=box"],
  ["a height for a network of one person", ["evaluate", tiny.run.path, "height=64"], "height is for networks that find all persons"],
])("%s is refused with one sentence", async (_, words, sentence) => {
  const { status, err } = await kindling(...words);
  expect(status).toBe(2);
  expect(err).toContain(sentence);
});
