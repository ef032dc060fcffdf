import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { cropImage, decodeImage } from "@kindling/data";
import { createModel, fileShape, imageNetInput, readSafetensors, toFile, variablesOf, writeSafetensors } from "@kindling/models";
import { createRandom, cropOfBox, decodeSimcc, invertAffine } from "@kindling/pose";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const sample = tiny.dataset.samples[1]!;
const weights = path.join(tiny.folder, "rtmpose-t.safetensors");
const size = { height: 64, width: 48 };
await writeFile(weights, writeSafetensors(randomWeights(1)));
const network = [`weights=${weights}`, "model=rtmpose-t"];

test("key points in a picture are those of the vectors that the network puts out for its crop", async () => {
  const { x, y, width, height } = sample.box;
  const toCrop = cropOfBox(sample.box, size);
  const crop = cropImage(await decodeImage(sample.imagePath), toCrop, size);
  const [tensor, out] = [path.join(tiny.folder, "x.safetensors"), path.join(tiny.folder, "simcc.safetensors")];
  await writeFile(tensor, writeSafetensors(new Map([["x", { shape: [1, 3, size.height, size.width], data: normalised(crop) }]])));
  const alone = await kindling("predict", "--tensor", tensor, ...network, `heatmaps=${out}`, "--json");
  expect(alone.status, alone.err).toBe(0);
  const { tensors } = readSafetensors(await readFile(out));
  const [simccX, simccY] = [tensors.get("simcc_x")!, tensors.get("simcc_y")!];
  expect([simccX.shape, simccY.shape]).toEqual([
    [1, 17, 96],
    [1, 17, 128],
  ]);

  const box = `box=${x},${y},${width + 1},${height + 1}`; // readCoco's box is one pixel smaller
  const folder = path.join(tiny.folder, "predicted");
  const found = await kindling("predict", sample.imagePath, ...network, "input=64x48", box, `out=${folder}`, "--json");
  expect(found.status, found.err).toBe(0);
  const { keypoints } = JSON.parse(found.out).predictions[0];
  const expected = decodeSimcc(simccX.data, simccY.data, { joints: 17, splitRatio: 2, toImage: invertAffine(toCrop) });
  // Maxima that rounding exchanges would be bins apart.
  for (const [i, value] of expected.entries()) expect(keypoints[i]).toBeCloseTo(value, 4);
  expect(expected.filter((_, i) => i % 3 === 2 && expected[i]! > 0)).not.toHaveLength(0);
});

test("a data set is measured by the same key points", async () => {
  const { status, out, err } = await kindling(
    "evaluate",
    weights,
    "model=rtmpose-t",
    "input=64x48",
    `data=${tiny.files.annotations}`,
    `images=${tiny.files.images}`,
    "limit=2",
    "--json",
  );
  expect(status, err).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ persons: 2, pck: expect.any(Number) });
});

test("without an input the published one is taken, for which these weights are not", async () => {
  const { status, err } = await kindling("predict", sample.imagePath, ...network, `out=${tiny.folder}`);
  expect({ status, err }).toMatchObject({
    status: 2,
    err: expect.stringContaining("head.mlp.1.weight is [256, 4], the model has [256, 48]"),
  });
});

/** First values of an RTMPose-t for crops of {@link size}, as its checkpoint would hold them. */
function randomWeights(seed: number): Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }> {
  const random = createRandom(seed);
  const variables = variablesOf(createModel("rtmpose-t", { joints: 17, input: [size.height, size.width] }));
  return new Map(
    [...variables].map(([name, variable]) => [name, { shape: fileShape(variable), data: toFile(variable, variable.init(random)) }]),
  );
}

/** RGBA bytes as PyTorch would get them, [3,h,w]. */
function normalised(crop: Uint8Array): Float32Array {
  const pixels = crop.length / 4;
  const { mean, std } = imageNetInput;
  return Float32Array.from({ length: 3 * pixels }, (_, i) => {
    const channel = Math.floor(i / pixels);
    return (crop[(i % pixels) * 4 + channel]! / 255 - mean[channel]!) / std[channel]!;
  });
}
