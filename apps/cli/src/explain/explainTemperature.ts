import path from "node:path";
import { createLoader } from "@kindling/data";
import { heatmapSizeOf } from "@kindling/models";
import {
  Evaluator,
  inputOf,
  loadNetwork,
  logSoftmax,
  mapGridFigure,
  type NetworkFile,
  type SoftenedMaps,
  type Softening,
  softenedMaps,
  softLimit,
  writeFileAtomically,
} from "@kindling/trainer";
import sharp from "sharp";
import { readEvaluatedData } from "../evaluatedData.ts";
import { InputError } from "../exit.ts";
import { sizeOfPair } from "../networkKeys.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";

/** A run, its teacher, and how their heatmaps are softened. */
export interface ExplainTemperatureOptions {
  readonly student: NetworkFile;
  /** Of the student's joints. */
  readonly teacher: NetworkFile;
  readonly temperatures: readonly number[];
  readonly logitScales: readonly number[];
  readonly data: string | undefined;
  readonly images: string | undefined;
  readonly limit: number | undefined;
  readonly batchSize: number;
  readonly out: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Means over the labelled joints of all persons. */
export interface ExplainedTemperature {
  readonly persons: number;
  readonly joints: number;
  /** Of a heatmap. */
  readonly cells: number;
  readonly softened: readonly SoftenedMaps[];
  /** Of each logit scale, what T² KL tends to with growing temperature. */
  readonly limits: readonly number[];
  /** The teacher's mean peak where it lies within two cells of the label's, and elsewhere. */
  readonly peaks: { readonly near: Peaks; readonly far: Peaks };
  readonly files: readonly string[];
}

/** Peaks of heatmaps: how many, and their mean; null without one. */
export interface Peaks {
  readonly count: number;
  readonly mean: number | null;
}

/** What temperature and logit scale make of a teacher's heatmaps, as numbers and as a picture. @throws InputError for networks without heatmaps of one size. */
export async function explainTemperature(options: ExplainTemperatureOptions): Promise<ExplainedTemperature> {
  const { student, teacher, temperatures, logitScales, out, progress, signal } = options;
  const [input, { codec }, { card }] = [inputOf(student), student.reading, teacher.model];
  if (codec?.kind !== "heatmaps" || card.codec.kind !== "heatmaps") {
    throw new InputError("temperature compares heatmaps of one person, and these networks put out something else");
  }
  const { height, width } = codec.heatmap;
  const { joints } = student.model.card;
  const [ofTeacher, ofStudent] = [[...heatmapSizeOf(card, input), card.joints].join(" × "), [height, width, joints].join(" × ")];
  if (ofTeacher !== ofStudent)
    throw new InputError(`temperature compares heatmaps of one size: the teacher's are ${ofTeacher}, the student's ${ofStudent}`);
  const dataset = await readEvaluatedData({ ...options, network: student });
  if (dataset.samples.length === 0) throw new InputError(`${dataset.name}: there is no person to look at`);
  await makeOutputFolder("out", out);
  const batchSize = Math.min(options.batchSize, dataset.samples.length);
  using device = await openTunedDevice((text) => progress.note(text));
  using loadedStudent = loadNetwork(device, student);
  using loadedTeacher = loadNetwork(device, teacher);
  const looking = { input, batchSize, losses: [] };
  using learner = await Evaluator.create(device, { ...loadedStudent, ...student.reading, ...looking });
  using guide = await Evaluator.create(device, { ...loadedTeacher, ...teacher.reading, ...looking });
  const softenings = logitScales.flatMap((logitScale) => temperatures.map((temperature) => ({ logitScale, temperature })));
  const sums = softenings.map((softening) => ({ ...softening, cells: 0, divergence: 0, gradient: 0 }));
  const limits = logitScales.map(() => 0);
  const [near, far]: [number[], number[]] = [[], []];
  let [labelled, shown]: [number, { readonly map: Float64Array; readonly peak: number } | null] = [0, null];

  await using loader = createLoader({ dataset, input: sizeOfPair(input), crop: student.crop, codec, batchSize });
  progress.begin("softening", dataset.samples.length);
  let done = 0;
  for await (const { image, targets, valid } of loader) {
    signal.throwIfAborted();
    const [[taught], [learned]] = [await guide.outputs(image), await learner.outputs(image)];
    const { target, mask } = targets;
    for (let sample = 0; sample < valid; sample++) {
      for (let joint = 0; joint < joints; joint++) {
        if (!mask![sample * joints + joint]) continue;
        const [t, s, label] = [taught, learned, target].map((maps) => mapOf(maps!, sample, joint, height * width, joints)); // of heatmaps
        labelled++;
        for (const sum of sums) addTo(sum, softenedMaps(t!, s!, sum)); // three maps
        for (const [i, logitScale] of logitScales.entries()) limits[i] = limits[i]! + softLimit(t!, s!, logitScale);
        const [at, peak] = peakOf(t!);
        const [labelAt] = peakOf(label!);
        const distance = Math.hypot((at % width) - (labelAt % width), Math.floor(at / width) - Math.floor(labelAt / width));
        (distance <= 2 ? near : far).push(peak);
        if (peak > (shown?.peak ?? 0)) shown = { map: t!, peak };
      }
    }
    done += valid;
    progress.update(done);
  }
  progress.end();
  if (labelled === 0) throw new InputError(`${dataset.name}: no joint of these persons is labelled`);

  const softened = sums.map(({ cells, divergence, gradient, ...softening }) => ({
    ...softening,
    cells: cells / labelled,
    divergence: divergence / labelled,
    gradient: gradient / labelled,
  }));
  const made = {
    persons: done,
    joints: labelled,
    cells: height * width,
    softened,
    limits: limits.map((limit) => limit / labelled),
    peaks: { near: peaksOf(near), far: peaksOf(far) },
  };
  const numbers = path.join(out, "temperature.json");
  await writeFileAtomically(numbers, `${JSON.stringify(made)}\n`);
  if (!shown) return { ...made, files: [numbers] }; // a teacher that finds nothing
  const picture = path.join(out, "temperature.png");
  const svg = softenedFigure(shown.map, { height, width, temperatures, logitScales });
  await writeFileAtomically(picture, await sharp(Buffer.from(svg)).png().toBuffer());
  return { ...made, files: [picture, numbers] };
}

/** The map as a distribution, a row a logit scale and a column a temperature, as SVG. */
function softenedFigure(
  map: Float64Array,
  {
    height,
    width,
    temperatures,
    logitScales,
  }: Pick<ExplainTemperatureOptions, "temperatures" | "logitScales"> & { readonly height: number; readonly width: number },
): string {
  const drawn = (softening: Softening) => {
    const values = logSoftmax(map, softening).map(Math.exp);
    return { values, label: `${softenedMaps(map, map, softening).cells.toFixed(1)} of ${map.length} cells` };
  };
  return mapGridFigure({
    title: "A teacher's heatmap as a distribution: softmax(a · heatmap / T)",
    rows: logitScales.map((logitScale) => `a = ${logitScale}`),
    columns: temperatures.map((temperature) => `T = ${temperature}`),
    height,
    width,
    maps: logitScales.map((logitScale) => temperatures.map((temperature) => drawn({ logitScale, temperature }))),
  });
}

/** One joint's map of [n,h,w,k]. */
function mapOf(maps: Float32Array, sample: number, joint: number, cells: number, joints: number): Float64Array {
  return Float64Array.from({ length: cells }, (_, cell) => maps[(sample * cells + cell) * joints + joint]!);
}

/** Where the highest value lies, and the value. */
function peakOf(map: Float64Array): readonly [at: number, value: number] {
  let at = 0;
  for (const [cell, value] of map.entries()) if (value > map[at]!) at = cell;
  return [at, map[at]!];
}

function peaksOf(peaks: readonly number[]): Peaks {
  return { count: peaks.length, mean: peaks.length > 0 ? peaks.reduce((sum, peak) => sum + peak, 0) / peaks.length : null };
}

function addTo(sum: { cells: number; divergence: number; gradient: number }, { cells, divergence, gradient }: SoftenedMaps): void {
  sum.cells += cells;
  sum.divergence += divergence;
  sum.gradient += gradient;
}
