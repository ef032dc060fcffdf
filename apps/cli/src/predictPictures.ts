import path from "node:path";
import { cropImage, decodeImage } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import type { ExitCosts } from "@kindling/models";
import {
  type Affine,
  type Box,
  cropOfBox,
  cropRuleOf,
  type HeatmapDecoding,
  invertAffine,
  type Skeleton,
  skeletonSvg,
} from "@kindling/pose";
import {
  EarlyExits,
  type EarlyExitsOptions,
  Evaluator,
  inputOf,
  loadNetwork,
  type NetworkFile,
  skeletonOf,
  writeFileAtomically,
} from "@kindling/trainer";
import { boxInside } from "./boxInside.ts";
import { InputError } from "./exit.ts";
import { exitWork } from "./exitAccuracy.ts";
import { sizeOfPair } from "./networkKeys.ts";
import { makeOutputFolder } from "./outputFolder.ts";
import { imageId, pictureNames, writePicture } from "./pictureFiles.ts";
import type { Progress } from "./progress.ts";
import { openTunedDevice } from "./tune/tunedDevice.ts";

/** The images, the network that looks at them, and where its answers go. */
export interface PredictPicturesOptions {
  readonly files: readonly string[];
  readonly network: NetworkFile;
  /** The person's box in every image; undefined for the whole image. */
  readonly box: Box | undefined;
  /** Folder for `predictions.json` and the pictures. */
  readonly out: string;
  /** Rule by which key points are read; undefined for that of the run's recipe, else the usual one. */
  readonly decode: HeatmapDecoding | undefined;
  /** The flip test. */
  readonly flip: boolean;
  /** A skeleton's name, or a JSON or YAML file with one; undefined for the run's, else that of the number of key points. */
  readonly skeleton: string | undefined;
  /** Joints with a lower score are not drawn. */
  readonly scoreThreshold: number;
  /** Of a network with several exits: the confidence at which a person leaves; undefined for the last exit. */
  readonly exit: number | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** One person, as COCO's results files write it, with the name of its image as it was given. */
export interface CocoPrediction {
  /** The file's name without its extension; a number where it is one, as in COCO. */
  readonly image_id: number | string;
  readonly file_name: string;
  readonly category_id: 1;
  /** [k·3]: x, y in the image's pixels, and the peak: of the heatmap, or the smaller of those over x and over y. */
  readonly keypoints: readonly number[];
  readonly score: number;
  /** Where the network was left, with {@link PredictPicturesOptions.exit}: "heatmaps.2". */
  readonly exit?: string;
}

/** The pictures in the order of the files, and the path of `predictions.json`. */
export interface PredictedPictures {
  readonly pictures: readonly { readonly prediction: CocoPrediction; readonly picture: string; readonly shown: number }[];
  readonly file: string;
  /** With {@link PredictPicturesOptions.exit}: the work, and the exits by name. */
  readonly work?: ReturnType<typeof exitWork> & { readonly exits: readonly ExitCosts[] };
}

/**
 * Finds one person's key points in every image and draws them on it.
 * @throws ImageError for a missing or broken image, InputError when the box lies outside of one, WeightsMismatchError for other weights.
 */
export async function predictPictures(options: PredictPicturesOptions): Promise<PredictedPictures> {
  const { files, network, out, scoreThreshold, progress, signal } = options;
  const input = inputOf(network);
  const skeleton = await chosenSkeleton(options);
  const names = pictureNames(files);
  await makeOutputFolder("out", out);

  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  const reading = { ...network.reading, ...(options.decode === undefined ? {} : { decoding: options.decode }) };
  const flip = options.flip ? skeleton : undefined;
  using predictor = await createPredictor(device, { ...loaded, input, ...reading }, options.exit, flip);
  const lefts: { readonly exit: number }[] = [];
  const pictures: PredictedPictures["pictures"][number][] = [];
  progress.begin("predicting", files.length);
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    const image = await decodeImage(file);
    const toCrop = cropOfBox(boxInside(image, options.box, file), sizeOfPair(input), cropRuleOf(reading.codec, reading.crop));
    const { keypoints, exit } = await predictor.predict(cropImage(image, toCrop, sizeOfPair(input)), invertAffine(toCrop));
    if (exit !== undefined) lefts.push({ exit });
    const picture = path.join(out, names[i]!);
    await writePicture(picture, image, skeletonSvg([keypoints], skeleton, image, { scoreThreshold }));
    const prediction: CocoPrediction = {
      image_id: imageId(file),
      file_name: file,
      category_id: 1,
      keypoints: [...keypoints],
      score: personScore(keypoints),
      ...(exit === undefined ? {} : { exit: predictor.exits[exit]!.name }),
    };
    pictures.push({ prediction, picture, shown: scoresOf(keypoints).filter((score) => score >= scoreThreshold && score > 0).length });
    progress.update(i + 1);
  }
  progress.end();
  const file = path.join(out, "predictions.json");
  await writeFileAtomically(file, `${JSON.stringify(pictures.map(({ prediction }) => prediction))}\n`);
  const { exits } = predictor;
  return { pictures, file, ...(exits.length > 0 ? { work: { ...exitWork(lefts, exits), exits } } : {}) };
}

/** A network for one crop at a time. */
interface Predictor extends Disposable {
  /** Its exits where it may be left early; else none. */
  readonly exits: readonly ExitCosts[];
  predict(crop: Uint8Array<ArrayBuffer>, toImage: Affine): Promise<{ readonly keypoints: Float64Array; readonly exit?: number }>;
}

async function createPredictor(
  device: Device,
  network: EarlyExitsOptions,
  threshold: number | undefined,
  flip: Skeleton | undefined,
): Promise<Predictor> {
  if (threshold !== undefined) {
    const early = await EarlyExits.create(device, network);
    return {
      exits: early.costs,
      predict: (crop, toImage) => early.predict(crop, toImage, threshold),
      [Symbol.dispose]: () => early[Symbol.dispose](),
    };
  }
  const evaluator = await Evaluator.create(device, { ...network, batchSize: 1, losses: [], ...(flip ? { flip } : {}) });
  return {
    exits: [],
    predict: async (crop, toImage) => ({ keypoints: evaluator.decode(await evaluator.outputs(crop), 0, toImage) }),
    [Symbol.dispose]: () => evaluator[Symbol.dispose](),
  };
}

/** Of the network's key points; where nobody says what they are, points without a left or right. */
async function chosenSkeleton(options: PredictPicturesOptions): Promise<Skeleton> {
  const { card } = options.network.model;
  const data = options.network.run?.recipe.data;
  const name = options.skeleton ?? data?.validation.skeleton ?? data?.train.skeleton ?? card.skeleton;
  const skeleton = name === null ? pointsAlone(card.joints) : await skeletonOf(name);
  if (skeleton.joints.length !== card.joints) {
    throw new InputError(`skeleton: ${skeleton.name} has ${skeleton.joints.length} key points, but the network has ${card.joints}`);
  }
  if (name === null && options.flip) {
    throw new InputError(`flip: nobody says which of the ${card.joints} key points are left and which right; give skeleton=NAME-or-FILE`);
  }
  return skeleton;
}

function pointsAlone(joints: number): Skeleton {
  const names = Array.from({ length: joints }, (_, joint) => String(joint));
  return { name: `${joints} points`, joints: names, limbs: [], flipPairs: [], sigmas: names.map(() => 1) };
}

/** Mean of the joints' scores above 0.2, or 0: HRNet's score of a person (lib/dataset/coco.py), without a detector's score. */
function personScore(keypoints: Float64Array): number {
  const sure = scoresOf(keypoints).filter((score) => score > 0.2);
  return sure.length === 0 ? 0 : sure.reduce((sum, score) => sum + score, 0) / sure.length;
}

function scoresOf(keypoints: Float64Array): readonly number[] {
  return [...keypoints].filter((_, at) => at % 3 === 2);
}
