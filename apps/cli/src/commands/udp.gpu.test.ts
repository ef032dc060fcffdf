import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readSafetensors, writeSafetensors } from "@kindling/models";
import { boxNorm } from "@kindling/pose";
import { readResults } from "@kindling/trainer";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { run, dataset, files, folder } = tiny;
const at = (name: string) => path.join(folder, name);
const data = [`data=${files.annotations}`, `images=${files.images}`];
const udp = at("udp-runs/tiny");
const trained = await kindling(
  "train",
  run.recipe,
  "data.codec.encoding=udp",
  "evaluate.flip=true",
  "evaluate.decode=dark",
  "epochs=1",
  "schedule.warmupEpochs=0",
  `runs=${at("udp-runs")}`,
);
expect(trained.status, trained.err).toBe(0);

interface Report {
  readonly pck: number;
  readonly endPointError: number;
  readonly loss?: number;
  readonly decode: string;
  readonly flip: boolean;
}

async function json<T>(...words: readonly string[]): Promise<T> {
  const { status, out, err } = await kindling(...words, "--json");
  expect(status, err).toBe(0);
  return JSON.parse(out) as T; // what the commands' own tests look at
}

/** What is measured of a network alone, without what a run adds. */
async function measured(weights: string, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const { loss: _, picture: __, ...rest } = await json<Report & { readonly picture?: string }>("evaluate", weights, ...words);
  return rest;
}

test("a run in udp's coding measures what its training measured, by its own rules", async () => {
  const report = await json<Report>("evaluate", udp);
  const [last] = await readResults(path.join(udp, "results.csv"));
  expect(report).toMatchObject({ decode: "dark", flip: true });
  expect(report.pck).toBeCloseTo(last!["validation/pck"]!, 6);
  expect(report.loss).toBeCloseTo(last!["validation/loss"]!, 4);
});

test("the run's flip test can be switched off", async () => {
  const off = await json<Report>("evaluate", udp, "flip=false");
  expect(off).toMatchObject({ decode: "dark", flip: false });
  expect(off.endPointError).not.toBe((await json<Report>("evaluate", udp)).endPointError);
});

test("its weights and its model folder carry the coding, and another reading gives other key points", async () => {
  const weights = path.join(udp, "weights/best.safetensors");
  const same = ["flip", "decode=dark", ...data];
  const ofRun = await measured(udp);
  expect(readSafetensors(await readFile(weights)).metadata).toMatchObject({ encoding: "udp", sigma: "1" });
  expect(await measured(weights, ...same)).toEqual(ofRun);
  expect((await kindling("convert", udp, `${at("published")}/`)).status).toBe(0);
  expect(await measured(at("published"), ...same)).toEqual(ofRun);
  expect(await readFile(at("published/README.md"), "utf8")).toContain("trained in UDP's coding");
  expect((await kindling("convert", weights, at("copy.safetensors"))).status).toBe(0);
  expect(await measured(at("copy.safetensors"), ...same)).toEqual(ofRun);

  const { tensors } = readSafetensors(await readFile(weights));
  await writeFile(at("others.safetensors"), writeSafetensors(tensors));
  const told = ["model=squeezenet-hpe", "width=0.25", "input=64x48", ...same];
  expect(await measured(at("others.safetensors"), ...told, "encoding=udp")).toEqual(ofRun);
  expect((await measured(at("others.safetensors"), ...told)).endPointError).not.toBe(ofRun.endPointError);
});

test("predict finds the key points that evaluate finds, and those that are farthest off are explained by the same", async () => {
  await json("evaluate", udp, `results=${at("results.json")}`);
  const results = JSON.parse(await readFile(at("results.json"), "utf8")) as { image_id: unknown; keypoints: readonly number[] }[];
  for (const { imagePath, imageId, box } of dataset.samples.slice(0, 2)) {
    const person = `box=${box.x},${box.y},${box.width + 1},${box.height + 1}`; // readCoco's box is one pixel smaller
    const words = ["predict", imagePath, `weights=${udp}`, person, `out=${at("out")}`];
    const { predictions } = await json<{ predictions: readonly { readonly keypoints: readonly number[] }[] }>(...words);
    const ofImage = results.filter(({ image_id }) => image_id === imageId);
    const differences = ofImage.map((found) => found.keypoints.map((value, j) => Math.abs(value - predictions[0]!.keypoints[j]!)));
    expect(Math.min(...differences.map((each) => Math.max(...each)))).toBeLessThan(1e-3);
    const other = await json<{ predictions: typeof predictions }>(...words, "decode=argmax");
    expect(other.predictions[0]!.keypoints).not.toEqual(predictions[0]!.keypoints);
  }
  // Explaining takes one look.
  const plain = path.join(udp, "weights/best.safetensors");
  const { endPointError } = await json<Report>("evaluate", plain, ...data);
  const worst = ["explain", plain, "worst", "count=99", ...data, `out=${at("worst")}`];
  const { samples } = await json<{ samples: { id: string; distance: number }[] }>(...worst);
  let [pixels, labels] = [0, 0];
  for (const { id, distance } of samples) {
    const { keypoints, box } = dataset.samples.find((sample) => sample.id === id)!;
    const labelled = keypoints.filter((value, j) => j % 3 === 2 && value > 0).length;
    pixels += distance * boxNorm(box) * labelled;
    labels += labelled;
  }
  expect(pixels / labels).toBeCloseTo(endPointError, 6);
  const alike = await kindling("explain", udp, run.path, "cka", "batchSize=4", `out=${at("cka")}`);
  expect(alike).toMatchObject({ status: 2, err: expect.stringContaining("take crops by other rules") });
});

test("a network in the usual coding reads as one whose file says no coding", async () => {
  const { tensors, metadata } = readSafetensors(await readFile(run.bestWeights));
  const { encoding, sigma, ...before } = metadata;
  expect({ encoding, sigma }).toEqual({ encoding: "unbiased", sigma: "1" });
  await writeFile(at("before.safetensors"), writeSafetensors(tensors, before));
  const known = await measured(run.bestWeights, "flip", ...data);
  expect(await measured(at("before.safetensors"), "flip", ...data)).toEqual(known);
  expect(await measured(run.bestWeights, "flip", "encoding=msra", ...data)).toEqual(known);
});

test("left and right of unknown key points are asked for", async () => {
  const image = dataset.samples[0]!.imagePath;
  const five = new Map(
    [...readSafetensors(await readFile(run.bestWeights)).tensors].map(([name, { shape, data }]) =>
      shape[0] === 17
        ? [name, { shape: [5, ...shape.slice(1)], data: data.slice(0, (5 * data.length) / 17) }]
        : [name, { shape: [...shape], data }],
    ),
  );
  await writeFile(at("five.safetensors"), writeSafetensors(five, { model: "squeezenet-hpe", joints: "5", width: "0.25", input: "64x48" }));
  const words = ["predict", image, `weights=${at("five.safetensors")}`, `out=${at("five")}`];
  expect((await kindling(...words)).status).toBe(0);
  expect(await kindling(...words, "flip")).toMatchObject({ status: 2, err: expect.stringContaining("give skeleton=NAME-or-FILE") });
  expect(await kindling(...words, "skeleton=coco17")).toMatchObject({
    status: 2,
    err: expect.stringContaining("coco17 has 17 key points, but the network has 5"),
  });
});
