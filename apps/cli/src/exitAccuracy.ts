import { createLoader, type Dataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import type { ExitCosts } from "@kindling/models";
import { boxNorm, cropOfBox, invertAffine, type PckSample, pck, torsoNorm } from "@kindling/pose";
import { EarlyExits, type EarlyExitsOptions, type ExitPrediction, exitConfidence, leavingExit, type Prediction } from "@kindling/trainer";
import { sizeOfPair } from "./networkKeys.ts";
import type { Progress } from "./progress.ts";

/** How PCK counts. */
export interface PckMeasure {
  readonly threshold: number;
  readonly norm: "box" | "torso";
}

/** An exit of a network: what it costs and, where everybody leaves there, how good it is. */
export interface ExitAccuracy extends ExitCosts {
  readonly pck: number;
}

/** What leaving at the first confident exit gave. */
export interface EarlyExitAccuracy {
  /** Confidence at which a person leaves. */
  readonly exit: number;
  readonly pck: number;
  /** Of a person, over all that were run. */
  readonly meanMacs: number;
  /** Persons that left at each exit. */
  readonly left: readonly number[];
}

/** Predictions as PCK measures them. */
export function measuredSamples(
  { samples, skeleton }: Dataset,
  predictions: readonly Pick<Prediction, "sample" | "keypoints">[],
  norm: PckMeasure["norm"],
): readonly (PckSample & { readonly norm: number })[] {
  return predictions.map(({ sample, keypoints }) => {
    const { keypoints: truth, box } = samples[sample]!;
    return { predicted: keypoints, truth, norm: norm === "box" ? boxNorm(box) : torsoNorm(truth, skeleton) };
  });
}

/** Each exit alone, from predictions of every exit. */
export function exitAccuracies(
  dataset: Dataset,
  predictions: readonly Prediction[],
  costs: readonly ExitCosts[],
  { threshold, norm }: PckMeasure,
): readonly ExitAccuracy[] {
  return costs.map((cost, exit) => {
    const ofExit = predictions.map(({ sample, exits }) => ({ sample, keypoints: exits![exit]! }));
    return { ...cost, pck: pck(measuredSamples(dataset, ofExit, norm), threshold).pck };
  });
}

/**
 * Accuracy against work for thresholds from "everybody leaves at the first exit" to "nobody leaves early": those between are the deciles of the early
 * exits' confidences, to three digits. From predictions of every exit, without running anything again.
 */
export function sweepExits(
  dataset: Dataset,
  predictions: readonly Prediction[],
  costs: readonly ExitCosts[],
  measure: PckMeasure,
): readonly EarlyExitAccuracy[] {
  const confidences = predictions.map(({ exits }) => exits!.map(exitConfidence));
  const early = confidences.flatMap((ofPerson) => ofPerson.slice(0, -1)).sort((a, b) => a - b);
  const deciles = Array.from({ length: 9 }, (_, i) => early[Math.floor(((i + 1) * early.length) / 10)]!);
  const highest = early[early.length - 1]!; // a data set has persons
  const thresholds = new Set([0, ...deciles.map((value) => Math.round(1000 * value) / 1000), Math.floor(1000 * highest + 1) / 1000]);
  return [...thresholds].map((exit) => {
    const left = predictions.map(({ sample, exits }, person) => {
      const at = leavingExit(confidences[person]!, exit);
      return { sample, exit: at, keypoints: exits![at]! };
    });
    return earlyExitAccuracy(dataset, left, costs, exit, measure);
  });
}

/** What {@link evaluateEarlyExits} runs. */
export interface EvaluateEarlyExitsOptions extends PckMeasure {
  readonly network: EarlyExitsOptions;
  readonly dataset: Dataset;
  /** Confidence at which a person leaves. */
  readonly exit: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Runs a network on one person at a time, and no further than the first confident exit. */
export async function evaluateEarlyExits(device: Device, options: EvaluateEarlyExitsOptions): Promise<EarlyExitAccuracy> {
  const { network, dataset, exit, progress, signal } = options;
  const size = sizeOfPair(network.input);
  using exits = await EarlyExits.create(device, network);
  const { codec, crop } = network;
  const seen = { ...(codec ? { codec } : {}), ...(crop ? { crop } : {}) };
  await using loader = createLoader({ dataset, input: size, ...seen, batchSize: 1 });
  const predictions: (ExitPrediction & { readonly sample: number })[] = [];
  progress.begin("leaving early", dataset.samples.length);
  for await (const { image, indices } of loader) {
    signal.throwIfAborted();
    const sample = indices[0]!; // batches of one
    const toCrop = cropOfBox(dataset.samples[sample]!.box, size, exits.warp);
    predictions.push({ sample, ...(await exits.predict(image, invertAffine(toCrop), exit)) });
    progress.update(predictions.length);
  }
  progress.end();
  return earlyExitAccuracy(dataset, predictions, exits.costs, exit, options);
}

function earlyExitAccuracy(
  dataset: Dataset,
  predictions: readonly { readonly sample: number; readonly exit: number; readonly keypoints: Float64Array }[],
  costs: readonly ExitCosts[],
  exit: number,
  { threshold, norm }: PckMeasure,
): EarlyExitAccuracy {
  return {
    exit,
    pck: pck(measuredSamples(dataset, predictions, norm), threshold).pck,
    ...exitWork(predictions, costs),
  };
}

/** Mean MACs of some persons by the exits where they left, and how many left at each. */
export function exitWork(
  predictions: readonly { readonly exit: number }[],
  costs: readonly ExitCosts[],
): Pick<EarlyExitAccuracy, "meanMacs" | "left"> {
  const left = costs.map((_, at) => predictions.filter((prediction) => prediction.exit === at).length);
  return { meanMacs: left.reduce((sum, persons, at) => sum + persons * costs[at]!.macs, 0) / predictions.length, left };
}
