import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCoco, synthesizeDataset } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { conv2dKernel } from "@kindling/kernels";
import { expect, onTestFinished, test } from "vitest";
import { kindling } from "../testing/kindling.ts";

/** Runs a benchmark into a folder of its own; returns what `--json` printed and the folder. */
async function bench(...words: readonly string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-bench-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { status, out, err } = await kindling("bench", ...words, "rounds=1", `out=${folder}`, "--json");
  expect(err).not.toContain("kindling:");
  expect(status).toBe(0);
  expect(out.split("\n")).toHaveLength(2);
  return { folder, ...(JSON.parse(out) as { results: Record<string, number | string>[]; adapter: string; files: string[] }) };
}

test("kernels: every variant that the adapter supports is a row, held against ceilings of the same run", async () => {
  const { results, adapter, files, folder } = await bench("kernels", "only=squeezenet fire9 expand1x1 forward");
  using device = await openDevice();
  expect(adapter).toBe(device.fingerprint);
  const variants = results.map(({ variant }) => variant);
  expect(variants[0]).toBe(conv2dKernel.variants[0].id);
  expect(new Set(variants).size).toBe(results.length);
  expect(results.filter(({ chosen }) => chosen === "yes")).toHaveLength(1);
  for (const { milliseconds, gflops, ofPeak, ratio } of results) {
    expect(Number(gflops)).toBeCloseTo((2 * 23 * 17 * 64 * 256) / Number(milliseconds) / 1e6, 6);
    expect(Number(ofPeak)).toBeGreaterThan(0);
    expect(Number(ofPeak)).toBeLessThan(150); // more than the peak would be a wrong peak; the machine's noise is in it
    expect(Number(ratio)).toBeGreaterThan(0);
  }
  expect(files).toEqual(["json", "md"].map((extension) => path.join(folder, `kernels.${extension}`)));
  const report = JSON.parse(await readFile(files[0]!, "utf8")) as { command: string; results: unknown; adapter: string };
  expect(report).toMatchObject({ results, adapter: device.info.description });
  expect(report.command).toContain("npx kindling bench kernels");
  expect(await readFile(files[1]!, "utf8")).toContain("Ceilings of this adapter");
});

test("step: student, in parts, head by definition and teacher, with times, dispatches and memory", async () => {
  const { results } = await bench("step", "sizes=32x24x2", "width=0.25", "teacher=hrnet-w8", "accumulate=2");
  expect(results.map(({ name }) => name)).toEqual([
    "student step",
    "student step in 2 parts",
    "student step, head by definition",
    "student forward",
    "student forward, head by definition",
    "student step with hrnet-w8",
    "hrnet-w8 forward",
  ]);
  const [step, inParts, defined] = results;
  expect(Number(step!.gflop)).toBeLessThan(Number(defined!.gflop));
  // The work of both parts, in the memory of one.
  expect(Number(inParts!.gflop)).toBeGreaterThan(0.99 * Number(step!.gflop));
  expect(Number(inParts!.dispatches)).toBeGreaterThan(1.9 * Number(step!.dispatches));
  expect(Number(inParts!.plannedMiB)).toBeLessThan(Number(step!.plannedMiB));
  for (const { milliseconds, stepsPerSecond, floorMilliseconds, timesFloor } of results) {
    expect(Number(stepsPerSecond)).toBeCloseTo(1000 / Number(milliseconds), 6);
    expect(Number(timesFloor)).toBeCloseTo(Number(milliseconds) / Number(floorMilliseconds), 6);
    expect(Number(timesFloor)).toBeGreaterThan(1);
  }
  for (const { milliseconds, dispatches, plannedMiB, unplannedMiB, samples, imagesPerSecond } of results) {
    expect(samples).toBe(1);
    expect(imagesPerSecond).toBeCloseTo(2000 / Number(milliseconds), 6);
    expect(Number(dispatches)).toBeGreaterThan(10);
    expect(Number(plannedMiB)).toBeLessThanOrEqual(Number(unplannedMiB));
  }
});

test("step: of what would take longer than it may, the floor alone is told", async () => {
  const { results, folder } = await bench("step", "sizes=96x72x1", "only=student forward", "seconds=0.000001");
  expect(results).toHaveLength(2);
  for (const row of results) expect(Object.keys(row)).toEqual(["bench", "name", "size", "precision", "gflop", "floorMilliseconds"]);
  expect(await readFile(path.join(folder, "step.md"), "utf8")).toContain("Not run, because 20 times the floor");
});

test("roofline: layers add up to all kernels, times are held against the floor; a machine's peaks are taken as given", async () => {
  const words = ["roofline", "sizes=32x24x2", "width=0.25", "teacher=hrnet-w8"];
  const measured = await bench(...words);
  const given = await bench(...words, "machine=abacus", "gflops=0.5", "gbs=0.25");
  expect(given.files.map((file) => path.basename(file))).toEqual(["roofline-abacus.json", "roofline-abacus.md"]);
  for (const { results } of [measured, given]) {
    expect(new Set(results.map(({ name }) => name))).toEqual(new Set(["student step", "hrnet-w8 forward"]));
    for (const name of ["student step", "hrnet-w8 forward"]) {
      const rows = results.filter((row) => row.name === name);
      const layers = rows.filter(({ layer }) => layer !== "all kernels" && layer !== "as run");
      const all = rows.find(({ layer }) => layer === "all kernels")!;
      for (const key of ["kernels", "gflop", "megabytes", "floorMilliseconds"]) {
        expect(layers.reduce((sum, row) => sum + Number(row[key]), 0)).toBeCloseTo(Number(all[key]), 9);
      }
      expect(layers.length).toBeGreaterThan(10);
      expect(layers.length).toBeLessThanOrEqual(40);
    }
  }
  const allOf = (results: typeof measured.results) => results.filter(({ layer }) => layer === "all kernels");
  for (const [i, { gflop, megabytes, floorMilliseconds, milliseconds }] of allOf(given.results).entries()) {
    expect(Number(floorMilliseconds)).toBeGreaterThanOrEqual(Math.max(Number(gflop) / 5e-4, Number(megabytes) / 0.25));
    expect(milliseconds).toBeNull();
    // A program may compute a mask where the gradient under it is made: a call less than was recorded.
    const compiled = allOf(measured.results)[i]!;
    for (const [ofProgram, recorded] of [
      [compiled.gflop, gflop],
      [compiled.megabytes, megabytes],
    ]) {
      expect(Number(ofProgram)).toBeLessThanOrEqual(Number(recorded));
      expect(Number(ofProgram)).toBeGreaterThan(0.95 * Number(recorded));
    }
  }
  const asRun = measured.results.filter(({ layer }) => layer === "as run");
  expect(asRun).toHaveLength(2);
  // Layers that a cache holds may beat a floor that counts every byte, and a busy machine moves both: only their ratio is checked.
  for (const { timesFloor, milliseconds, floorMilliseconds } of [...asRun, ...allOf(measured.results)]) {
    expect(Number(timesFloor)).toBeCloseTo(Number(milliseconds) / Number(floorMilliseconds), 9);
  }
});

test("data: a loader with and without stored crops, and epochs without a teacher, with its heatmaps stored, and with it computed", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-people-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { annotations, images } = await synthesizeDataset({ directory: folder, count: 6, seed: 5, height: 96, width: 128 });
  const { samples: people } = await readCoco({ annotations, images });
  const words = [`data=${annotations}`, `images=${images}`, "input=64x48", "batch=4", "width=0.25", "teacher=hrnet-w8"];
  const { results, folder: out } = await bench("data", ...words);
  const loaders = ["decoding", "augmenting", "from crops"].flatMap((way) => [`loader, ${way}, 1 worker`, `loader, ${way}, 2 workers`]);
  expect(results.map(({ name }) => name)).toEqual([...loaders, "epoch, student alone", "epoch, teacher cached", "epoch, teacher computed"]);
  for (const { samples, samplesPerSecond, samplesPerCoreSecond } of results.slice(0, 6)) {
    expect(samples).toBe(people.length);
    expect(Math.min(Number(samplesPerSecond), Number(samplesPerCoreSecond))).toBeGreaterThan(0);
  }
  const alone = Number(results[6]!.milliseconds);
  for (const { samples, samplesPerSecond, milliseconds, epochs, ratio } of results.slice(6)) {
    expect(samples).toBe(people.length - (people.length % 4));
    expect(samplesPerSecond).toBeCloseTo((1000 * Number(samples)) / Number(milliseconds), 6);
    expect(ratio).toBeCloseTo(Number(milliseconds) / alone, 6);
    expect(epochs).toBe(1);
  }
  const { results: fromCrops } = await bench("data", ...words, "only=loader, from");
  expect(fromCrops.map(({ name }) => name)).toEqual(loaders.slice(4));
  expect(await readFile(path.join(out, "data.md"), "utf8")).toContain("hrnet-w8 with random weights");
});

test("host: microseconds a dispatch on the null backend", async () => {
  const { results, folder } = await bench("host", "only=student", "width=0.25");
  expect(results.map(({ name, validation }) => `${name} ${validation}`)).toEqual([
    "student forward yes",
    "student step yes",
    "student forward no",
    "student step no",
  ]);
  for (const { microsecondsPerDispatch } of results) {
    expect(Number(microsecondsPerDispatch)).toBeGreaterThan(0.01); // it does encode something
    expect(Number(microsecondsPerDispatch)).toBeLessThan(1000);
  }
  expect(await readdir(folder)).toEqual(["host.json", "host.md"]);
});

test.each([
  [["bench", "kernel"], 'there is no benchmark "kernel"; there are kernels, step, roofline, host'],
  [["bench", "step", "sizes=96x72x2", "accumulate=3"], "every batch of sizes must have 3 equal parts; got sizes=96x72x2"],
  [["bench", "step", "sizes=96x72"], 'sizes must be HEIGHTxWIDTHxBATCH, with commas between; got "96x72"'],
  [["bench", "kernels", "step", "sizes=97x72x1"], "sizes: height and width must be multiples of 4; got 97x72"],
  [["bench", "kernels", "step", "teacher=hrnet"], 'no model is named "hrnet"'],
  [["bench", "roofline", "teacher=openpose-lite"], "openpose-lite has 18 key points, not 17"],
  [["bench", "host", "teacher=rtmpose-m"], "rtmpose-m puts out simcc_x and simcc_y, not heatmaps"],
  [["bench", "host", "data", "data=people.json", "input=64x50"], "input: height and width must be multiples of 4; got 64x50"],
  [["bench", "kernels", "out=package.json/results"], "out: the folder package.json/results cannot be made (there is a file in its place)"],
  [["bench", "data"], "the data set is missing: give data=ANNOTATIONS.json and images=DIR"],
  [["bench", "roofline", "machine=abacus", "gflops=1"], "a machine has a name and two peaks"],
  [["bench", "host", "only=nothing"], 'nothing of host has a name that begins with "nothing"'],
])("%j is refused", async (words, message) => {
  const { status, err } = await kindling(...words);
  expect(err).toContain(message);
  expect(status).toBe(2);
});
