import path from "node:path";
import { createLoader } from "@kindling/data";
import { exitCosts } from "@kindling/models";
import type { HeatmapDecoding } from "@kindling/pose";
import {
  Evaluator,
  inputOf,
  loadNetwork,
  lossWeightsAt,
  type NetworkFile,
  writeFileAtomically,
  writeSamplePictures,
} from "@kindling/trainer";
import { type EvaluatedData, readEvaluatedData } from "./evaluatedData.ts";
import { InputError } from "./exit.ts";
import { type EarlyExitAccuracy, type ExitAccuracy, evaluateEarlyExits, exitAccuracies, sweepExits } from "./exitAccuracy.ts";
import { flipTest } from "./flipTest.ts";
import { type KeypointMeasures, measureDetections, measureKeypoints, type OksMeasures } from "./measurePredictions.ts";
import { sizeOfPair } from "./networkKeys.ts";
import { makeOutputFolder } from "./outputFolder.ts";
import type { Progress } from "./progress.ts";
import { openTunedDevice } from "./tune/tunedDevice.ts";

/** What is measured, on which persons and how. */
export interface EvaluateNetworkOptions extends EvaluatedData {
  readonly network: NetworkFile;
  /** A detector's results, whose boxes are taken in place of the annotated ones; undefined for those. */
  readonly boxes: string | undefined;
  /** Rule by which key points are read; undefined for that of the run's recipe, else the usual one. */
  readonly decode: HeatmapDecoding | undefined;
  /** The flip test; undefined for what the run's recipe says. */
  readonly flip: boolean | undefined;
  /** File for the detections, in COCO's form; undefined for none. */
  readonly results: string | undefined;
  readonly batchSize: number;
  readonly threshold: number;
  readonly norm: "box" | "torso";
  /** Of a network with several exits: the confidence at which a person leaves, or a table of them. */
  readonly exit: number | "sweep" | undefined;
  /** Folder of the sample pictures; undefined for that of the run. */
  readonly out: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What {@link evaluateNetwork} found. */
export interface NetworkEvaluation {
  /** PCK and its kin; absent where boxes are a detector's, which no labels belong to. */
  readonly keypoints?: KeypointMeasures;
  readonly oks: OksMeasures;
  readonly joints: readonly string[];
  /** Boxes that were looked into. */
  readonly boxes: number;
  /** How key points were read. */
  readonly decode: HeatmapDecoding;
  readonly flip: boolean;
  /** Ground-truth loss of the run's recipe, as its training reports it; absent for a weights file. */
  readonly loss?: number;
  /** Name of the data set. */
  readonly dataset: string;
  /** The file of the sample pictures. */
  readonly picture?: string;
  /** Of a network with several exits: each alone. The other figures are those of the last one. */
  readonly exits?: readonly ExitAccuracy[];
  /** With `exit`: leaving at the first confident exit. */
  readonly early?: EarlyExitAccuracy;
  /** With `exit` "sweep": the same for several thresholds, from everybody at the first exit to nobody before the last. */
  readonly sweep?: readonly EarlyExitAccuracy[];
}

/** Crops in the sample pictures. */
const tiles = 16;

/** Measures a network on the persons of a data set, in the boxes of the annotations or of a detector, and draws the first few. */
export async function evaluateNetwork(options: EvaluateNetworkOptions): Promise<NetworkEvaluation> {
  const { network, threshold, progress, signal } = options;
  const input = inputOf(network);
  const dataset = await readEvaluatedData(options, options.boxes);
  const joints = dataset.skeleton.joints;
  const { card } = network.model;
  if (card.joints !== joints.length) {
    throw new InputError(`${dataset.name} has ${joints.length} joints (${dataset.skeleton.name}), but the network has ${card.joints}`);
  }
  const costs = exitCosts(network.model, input);
  const everyExit = costs.length > 1;
  assertExits(options, everyExit);
  const flip = flipTest(options, network);
  const samplesFolder = options.out ?? network.run?.samples;
  if (samplesFolder !== undefined) await makeOutputFolder("out", samplesFolder);

  const recipe = network.run?.recipe;
  const batchSize = Math.min(options.batchSize, dataset.samples.length);
  const losses = recipe && options.boxes === undefined ? recipe.losses : []; // a detector's boxes have no labels
  const reading = { ...network.reading, ...(options.decode === undefined ? {} : { decoding: options.decode }) };
  const { codec } = reading;
  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  using evaluator = await Evaluator.create(device, {
    ...loaded,
    input,
    batchSize,
    losses,
    ...reading,
    ...(flip ? { flip: dataset.skeleton } : {}),
    everyExit,
  });
  await using loader = createLoader({ dataset, input: sizeOfPair(input), crop: network.crop, ...(codec ? { codec } : {}), batchSize });
  progress.begin("evaluating", dataset.samples.length);
  const evaluation = await evaluator.evaluate({
    dataset,
    loader,
    threshold,
    lossWeights: recipe ? lossWeightsAt(losses, recipe.schedule.epochs - 1, recipe.schedule.epochs) : [],
    tiles: samplesFolder === undefined ? 0 : tiles,
    onBatch(done) {
      signal.throwIfAborted();
      progress.update(done);
    },
  });
  progress.end();

  const { predictions } = evaluation;
  const keypoints = options.boxes === undefined ? measureKeypoints(dataset, predictions, options) : undefined;
  const oks = measureDetections(dataset, predictions, signal);
  if (options.results !== undefined) await writeResults(options.results, oks);
  const picture = samplesFolder === undefined ? undefined : path.join(samplesFolder, `evaluation-${dataset.name}.jpg`);
  if (picture !== undefined) await writeSamplePictures(picture, evaluation.tiles, dataset.skeleton);
  const early =
    typeof options.exit === "number" ? { ...options, network: { ...loaded, input, ...reading }, dataset, exit: options.exit } : null;
  return {
    ...(keypoints ? { keypoints } : {}),
    oks,
    joints,
    boxes: predictions.length,
    decode: reading.decoding ?? (card.codec.kind === "simcc" ? "argmax" : "quarter"),
    flip,
    ...(evaluation.loss === undefined ? {} : { loss: evaluation.loss }),
    dataset: dataset.name,
    ...(picture === undefined ? {} : { picture }),
    ...(everyExit && keypoints ? { exits: exitAccuracies(dataset, predictions, costs, options) } : {}),
    ...(early ? { early: await evaluateEarlyExits(device, early) } : {}),
    ...(options.exit === "sweep" ? { sweep: sweepExits(dataset, predictions, costs, options) } : {}),
  };
}

function assertExits({ exit, boxes, network }: EvaluateNetworkOptions, everyExit: boolean): void {
  if (exit === undefined) return;
  if (!everyExit) throw new InputError(`exit is for networks with several exits, multi-hrnet-wN; ${network.model.card.name} has none`);
  if (boxes !== undefined) throw new InputError("exit measures PCK, which needs boxes=truth");
}

/** The detections as COCO's results files have them, for `kindling coco-eval detections=`. */
async function writeResults(file: string, { detections }: OksMeasures): Promise<void> {
  const results = detections.map(({ imageId, keypoints, score }) => ({
    image_id: imageId,
    category_id: 1,
    keypoints: Array.from(keypoints),
    score,
  }));
  await writeFileAtomically(file, `${JSON.stringify(results)}\n`);
}
