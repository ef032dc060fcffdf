import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { run, dataset, folder } = tiny;
const image = dataset.samples[0]!.imagePath;
const out = `out=${path.join(folder, "explained")}`;

async function json(...words: readonly string[]): Promise<Record<string, unknown>> {
  const { status, out: printed, err } = await kindling("explain", ...words, "--json");
  expect(status, err).toBe(0);
  return JSON.parse(printed) as Record<string, unknown>;
}

test("EigenCAM: a picture an image, the crop and a tile for each stage or each layer that was named", async () => {
  const { files, layers } = (await json(image, image, `weights=${run.path}`, out)) as { files: string[]; layers: string[] };
  expect(layers).toEqual([3, 4, 6, 7, 9, 10, 11, 12].map((at) => `backbone.${at}.out`));
  expect(files).toHaveLength(2);
  const [first, second] = await Promise.all(files.map((file) => readFile(file)));
  expect(second!.equals(first!)).toBe(true);
  const all = await sharp(first).metadata();
  expect(all.format).toBe("png");
  const one = await json(image, `weights=${run.path}`, "layer=backbone.4.out", "box=5,5,60,80", out);
  const { width = 0, height = 0 } = await sharp((one.files as string[])[0]).metadata();
  expect(width * height).toBeLessThan(0.4 * all.width * all.height);
});

test("CKA of a network with itself has ones on its diagonal, other values mirrored; the file says what is printed", async () => {
  const made = await json(run.path, run.bestWeights, "cka", "batchSize=4", "features=flattened", "positions=9", out);
  const { cka, rows, columns, persons, files } = made as {
    cka: number[][];
    rows: string[];
    columns: string[];
    persons: number;
    files: string[];
  };
  expect(rows).toEqual(columns);
  expect(persons).toBe(4 * Math.floor(dataset.samples.length / 4));
  for (const [i, row] of cka.entries()) {
    expect(row[i]).toBeCloseTo(1, 10);
    for (const [j, value] of row.entries()) if (value !== null) expect(value).toBeCloseTo(cka[j]![i]!, 10);
  }
  const written = JSON.parse(await readFile(files[1]!, "utf8")) as Record<string, unknown>;
  expect(written).toMatchObject({ cka, rows, columns, persons, batchSize: 4, features: { kind: "flattened", positions: 9 } });
  expect((await sharp(files[0]).metadata()).format).toBe("png");
});

test("the worst come first, and no more than were asked for", async () => {
  const { samples, files } = (await json(run.path, "worst", "count=3", out)) as {
    samples: { id: string; distance: number }[];
    files: string[];
  };
  const all = (await json(run.path, "worst", "count=99", out)) as { samples: { id: string; distance: number }[] };
  expect(all.samples).toHaveLength(dataset.samples.length);
  expect(samples).toEqual(all.samples.slice(0, 3));
  for (const [i, { distance }] of all.samples.entries()) if (i > 0) expect(distance).toBeLessThanOrEqual(all.samples[i - 1]!.distance);
  expect((await sharp(files[0]).metadata()).format).toBe("png");
});

/** The run with itself as a teacher, `same`, as one that sees other colours, `dim`, and as one of other joints. */
async function distilledRun(): Promise<string> {
  const other = path.join(folder, "distilled");
  await mkdir(path.join(other, "weights"), { recursive: true });
  await writeFile(path.join(other, "weights", "best.safetensors"), await readFile(run.bestWeights));
  const recipe = (await readFile(run.recipe, "utf8")).replace("losses:", "losses:\n  - { name: kd, kind: mse, against: teacher }");
  const same = { model: "squeezenet-hpe", width: 0.25, weights: run.bestWeights };
  const teachers = JSON.stringify({
    same,
    dim: { ...same, normalization: { mean: [0.9, 0.9, 0.9] } },
    joints: { ...same, joints: 14, skeleton: "lsp14" },
  });
  await writeFile(path.join(other, "recipe.yaml"), `${recipe}\nteachers: ${teachers}\n`);
  return other;
}

test("a student that has its teacher's weights disagrees about no one", async () => {
  const other = await distilledRun();
  const { samples } = (await json(other, "disagreement", "teacher=same", "count=99", out)) as { samples: { distance: number }[] };
  expect(samples.length).toBeGreaterThan(0);
  expect(new Set(samples.map(({ distance }) => distance))).toEqual(new Set([0]));
});

interface Softened {
  readonly softened: readonly {
    readonly logitScale: number;
    readonly temperature: number;
    readonly cells: number;
    readonly divergence: number;
    readonly gradient: number;
  }[];
  readonly limits: readonly number[];
  readonly cells: number;
  readonly joints: number;
  readonly peaks: { readonly near: { readonly count: number }; readonly far: { readonly count: number } };
  readonly files: readonly string[];
}

test("temperature: a teacher sees what the recipe says, and the larger the logits the narrower the distributions", async () => {
  const other = await distilledRun();
  const words = [other, "temperature", "temperatures=1,4", "logitScales=1,20", out];
  const { softened, limits, cells, joints, peaks, files } = (await json(...words, "teacher=dim")) as unknown as Softened;
  expect(softened.map(({ logitScale, temperature }) => [logitScale, temperature])).toEqual([
    [1, 1],
    [1, 4],
    [20, 1],
    [20, 4],
  ]);
  for (const { divergence, gradient } of softened) expect(Math.min(divergence, gradient)).toBeGreaterThan(0);
  expect(Math.min(...limits)).toBeGreaterThan(0);
  const widths = [1, 0, 3, 2].map((at) => softened[at]!.cells); // by logitScale / temperature
  expect(cells).toBeGreaterThan(widths[0]!);
  for (const [i, width] of widths.entries()) if (i > 0) expect(width).toBeLessThan(widths[i - 1]!);
  expect(peaks.near.count + peaks.far.count).toBe(joints);
  expect((await sharp(files[0]).metadata()).format).toBe("png");

  // From its own heatmaps a student has nothing to learn, of crops of any size.
  const own = (await json(...words, "teacher=same", "limit=2", "input=32x24")) as unknown as Softened;
  expect(own.cells).toBe(8 * 6);
  for (const { divergence, gradient } of own.softened) expect([divergence, gradient]).toEqual([0, 0]);
  expect(own.limits).toEqual([0, 0]);
});

test.each([
  [[], "teacher: expected one of the recipe's, same, dim, joints; got none"],
  [["teacher=joints"], "the teacher squeezenet-hpe knows other joints than the student"],
  [["teacher=other"], "teacher: expected one of the recipe's, same, dim, joints; got other"],
])("explain RUN temperature %j is refused in one sentence", async (words, said) => {
  const { status, err } = await kindling("explain", await distilledRun(), "temperature", ...words, out);
  expect(status).toBe(2);
  expect(err).toContain(said);
});

test.each([
  [["temperature"], "names no teacher"],
  [["temperature", "temperatures=0"], "temperatures: expected numbers above 0"],
  [["worst", "cka"], "are different questions"],
  [["cka"], "cka compares two"],
  [["disagreement"], "names no teacher"],
  [[], "weights=RUN-or-WEIGHTS is missing"],
  [["cka", "limit=3", run.path], "fewer than a minibatch of 16"],
])("explain RUN %j is refused in one sentence", async (words, said) => {
  const { status, err } = await kindling("explain", run.path, ...words, out);
  expect(status).toBe(2);
  expect(err).toContain(said);
});

test("a layer that there is not is refused with the nearest", async () => {
  const { status, err } = await kindling("explain", image, `weights=${run.path}`, "layer=backbone.5.out", out);
  expect(status).toBe(2);
  expect(err).toContain("network.backbone.4.out");
});
