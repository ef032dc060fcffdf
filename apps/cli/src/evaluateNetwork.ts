import path from "node:path";
import { createLoader, type Dataset } from "@kindling/data";
import { exitCosts } from "@kindling/models";
import { pck } from "@kindling/pose";
import {
  Evaluator,
  inputOf,
  loadNetwork,
  lossWeightsAt,
  type NetworkFile,
  readDataSet,
  targetCodecOf,
  writeSamplePictures,
} from "@kindling/trainer";
import { InputError } from "./exit.ts";
import {
  type EarlyExitAccuracy,
  type ExitAccuracy,
  evaluateEarlyExits,
  exitAccuracies,
  measuredSamples,
  sweepExits,
} from "./exitAccuracy.ts";
import { sizeOfPair } from "./networkKeys.ts";
import { makeOutputFolder } from "./outputFolder.ts";
import type { Progress } from "./progress.ts";
import { openTunedDevice } from "./tune/tunedDevice.ts";

/** What is measured, on which persons and how. */
export interface EvaluateNetworkOptions {
  readonly network: NetworkFile;
  /** Annotations; undefined for the run's own validation set. */
  readonly data: string | undefined;
  readonly images: string | undefined;
  readonly limit: number | undefined;
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

/** Which data set is measured; without `data` that of the network's run. */
export type EvaluatedData = Pick<EvaluateNetworkOptions, "network" | "data" | "images" | "limit">;

/** What {@link evaluateNetwork} found. */
export interface NetworkEvaluation {
  /** Fraction 0–1, mean over the joints that are labelled somewhere. */
  readonly pck: number;
  readonly joints: readonly { readonly name: string; readonly fraction: number | null; readonly labels: number }[];
  /** Persons that were counted, and those that have no norm. */
  readonly persons: number;
  readonly leftOut: number;
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

/** Measures a network on the persons of a data set, in the boxes of the annotations, and draws the first few. */
export async function evaluateNetwork(options: EvaluateNetworkOptions): Promise<NetworkEvaluation> {
  const { network, threshold, norm, progress, signal } = options;
  const input = inputOf(network);
  const dataset = await readDataset(options);
  const joints = dataset.skeleton.joints;
  const { card } = network.model;
  if (card.joints !== joints.length) {
    throw new InputError(`${dataset.name} has ${joints.length} joints (${dataset.skeleton.name}), but the network has ${card.joints}`);
  }
  const costs = exitCosts(network.model, input);
  const everyExit = costs.length > 1;
  if (options.exit !== undefined && !everyExit)
    throw new InputError(`exit is for networks with several exits, multi-hrnet-wN; ${card.name} has none`);
  const samplesFolder = options.out ?? network.run?.samples;
  if (samplesFolder !== undefined) await makeOutputFolder("out", samplesFolder);

  const recipe = network.run?.recipe;
  const batchSize = Math.min(options.batchSize, dataset.samples.length);
  const losses = recipe?.losses ?? [];
  const codec = recipe ? { codec: targetCodecOf(recipe.data) } : {}; // without a recipe there is no loss, and so no target
  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  using evaluator = await Evaluator.create(device, { ...loaded, input, batchSize, losses, ...codec, everyExit });
  await using loader = createLoader({ dataset, input: sizeOfPair(input), ...codec, batchSize });
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

  const measured = measuredSamples(dataset, evaluation.predictions, norm);
  const counted = measured.filter((sample) => sample.norm > 0).length;
  if (counted === 0) throw new InputError(`${dataset.name}: no person has a labelled torso; use norm=box`);
  const result = pck(measured, threshold);
  const picture = samplesFolder === undefined ? undefined : path.join(samplesFolder, `evaluation-${dataset.name}.jpg`);
  if (picture !== undefined) await writeSamplePictures(picture, evaluation.tiles, dataset.skeleton);
  const early = typeof options.exit === "number" ? { ...options, network: { ...loaded, input }, dataset, exit: options.exit } : null;
  return {
    pck: result.pck,
    joints: joints.map((name, joint) => ({ name, fraction: result.perJoint[joint]!, labels: result.counts[joint]! })),
    persons: counted,
    leftOut: measured.length - counted,
    ...(evaluation.loss === undefined ? {} : { loss: evaluation.loss }),
    dataset: dataset.name,
    ...(picture === undefined ? {} : { picture }),
    ...(everyExit ? { exits: exitAccuracies(dataset, evaluation.predictions, costs, options) } : {}),
    ...(early ? { early: await evaluateEarlyExits(device, early) } : {}),
    ...(options.exit === "sweep" ? { sweep: sweepExits(dataset, evaluation.predictions, costs, options) } : {}),
  };
}

/** The data set that was named, or the one that the run validates on, cut as in its training. */
export function readDataset({ network: { run }, data, images, limit }: EvaluatedData): Promise<Dataset> {
  const cut = (most: number | undefined) => (most === undefined ? {} : { limit: most });
  if (data !== undefined) return readDataSet({ data, images: images ?? path.dirname(data) }, cut(limit));
  if (!run) throw new InputError("data=ANN.json is missing: only a run folder knows its validation set");
  const { train, validation, overfit, limit: recipeLimit } = run.recipe.data;
  const set = overfit === undefined ? validation : train;
  const { boxes: _, ...annotated } = { boxes: undefined, ...set }; // the boxes are the annotated ones, which key points are known of
  return readDataSet(annotated, cut(limit ?? overfit ?? recipeLimit));
}
