import path from "node:path";
import { createLoader, cropImage, type Dataset, decodeImage } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { boxNorm, cropOfBox, cropRuleOf, normalizedMeanError, transformKeypoints } from "@kindling/pose";
import {
  Evaluator,
  inputOf,
  loadNetwork,
  type NetworkFile,
  type Prediction,
  type SampleTile,
  writeFileAtomically,
  writeSamplePictures,
} from "@kindling/trainer";
import { readEvaluatedData } from "../evaluatedData.ts";
import { InputError } from "../exit.ts";
import { sizeOfPair } from "../networkKeys.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";

/** Whose predictions are looked at, and what they are compared with. */
export interface ExplainSamplesOptions {
  readonly network: NetworkFile;
  /** The other network, for their disagreement; null: the labels, for the worst samples. */
  readonly teacher: NetworkFile | null;
  readonly data: string | undefined;
  readonly images: string | undefined;
  readonly limit: number | undefined;
  readonly batchSize: number;
  /** Persons in the picture. */
  readonly count: number;
  readonly out: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A person, and how far the prediction is from the labels or from the teacher's. */
export interface ExplainedSample {
  readonly id: string;
  readonly image: string;
  /** Mean distance of the joints, as a fraction of the longer side of the person's box. */
  readonly distance: number;
}

/**
 * The persons with the largest distances between prediction (in colours) and labels or teacher (in white), as a contact sheet and as JSON.
 * Left out are persons without a labelled joint, or of whom the teacher finds none.
 */
export async function explainSamples(
  options: ExplainSamplesOptions,
): Promise<{ readonly samples: readonly ExplainedSample[]; readonly files: readonly string[] }> {
  const { network, teacher, count, out, progress } = options;
  const dataset = await readEvaluatedData(options);
  await makeOutputFolder("out", out);
  using device = await openTunedDevice((text) => progress.note(text));
  const predictions = await predictAll(device, network, dataset, options);
  const references = teacher
    ? foundJoints(await predictAll(device, teacher, dataset, options))
    : new Map(dataset.samples.map(({ keypoints }, sample) => [sample, keypoints]));
  const ranked = predictions
    .flatMap(({ sample, keypoints }) => {
      const truth = references.get(sample)!; // both saw the whole data set
      const distance = normalizedMeanError([{ predicted: keypoints, truth, norm: boxNorm(dataset.samples[sample]!.box) }]);
      return distance === null ? [] : [{ sample, keypoints, truth, distance }];
    })
    .sort((a, b) => b.distance - a.distance || a.sample - b.sample)
    .slice(0, count);
  if (ranked.length === 0) throw new InputError(`${dataset.name}: there is no person to compare, as none has a joint that counts`);

  const input = sizeOfPair(inputOf(network));
  const tiles: SampleTile[] = [];
  for (const { sample, keypoints, truth, distance } of ranked) {
    const { imagePath, box } = dataset.samples[sample]!;
    const toCrop = cropOfBox(box, input, cropRuleOf(network.reading.codec, network.crop));
    tiles.push({
      rgba: cropImage(await decodeImage(imagePath), toCrop, input),
      ...input,
      truth: [transformKeypoints(toCrop, truth)],
      predicted: [transformKeypoints(toCrop, keypoints)],
      label: distance.toFixed(3),
    });
  }
  const name = teacher ? "disagreement" : "worst";
  const [picture, numbers] = [path.join(out, `${name}.png`), path.join(out, `${name}.json`)];
  await writeSamplePictures(picture, tiles, dataset.skeleton, { scoreThreshold: 0 });
  const samples = ranked.map(({ sample, distance }) => {
    const { id, imagePath } = dataset.samples[sample]!;
    return { id, image: imagePath, distance };
  });
  await writeFileAtomically(numbers, `${JSON.stringify(samples)}\n`);
  return { samples, files: [picture, numbers] };
}

async function predictAll(
  device: Device,
  network: NetworkFile,
  dataset: Dataset,
  { batchSize, progress, signal }: ExplainSamplesOptions,
): Promise<readonly Prediction[]> {
  const input = inputOf(network);
  const { card } = network.model;
  if (card.joints !== dataset.skeleton.joints.length) {
    throw new InputError(`${dataset.name} has ${dataset.skeleton.joints.length} joints, but ${card.name} has ${card.joints}`);
  }
  const size = Math.min(batchSize, dataset.samples.length);
  using loaded = loadNetwork(device, network);
  using evaluator = await Evaluator.create(device, { ...loaded, input, batchSize: size, losses: [], ...network.reading });
  const { codec } = network.reading;
  const seen = { crop: network.crop, ...(codec ? { codec } : {}) };
  await using loader = createLoader({ dataset, input: sizeOfPair(input), ...seen, batchSize: size });
  progress.begin(card.name, dataset.samples.length);
  const { predictions } = await evaluator.evaluate({
    dataset,
    loader,
    threshold: 0.1, // of the PCK, which nobody looks at here
    lossWeights: [],
    onBatch(done) {
      signal.throwIfAborted();
      progress.update(done);
    },
  });
  progress.end();
  return predictions;
}

/** Predictions as labels: a joint whose peak is not above zero was not found. */
function foundJoints(predictions: readonly Prediction[]): ReadonlyMap<number, Float64Array> {
  return new Map(
    predictions.map(({ sample, keypoints }) => [sample, keypoints.map((value, at) => (at % 3 === 2 ? (value > 0 ? 2 : 0) : value))]),
  );
}
