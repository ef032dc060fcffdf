import path from "node:path";
import { type Dataset, type DatasetImage, decodeImage } from "@kindling/data";
import { evaluateOks, type OksEvaluation, openpose18, type Pck, type PoseDetection, skeletonSvg } from "@kindling/pose";
import { type FindOptions, loadNetwork, type NetworkFile, PersonFinder, scenePck } from "@kindling/trainer";
import { InputError } from "./exit.ts";
import { makeOutputFolder } from "./outputFolder.ts";
import { writePicture } from "./pictureFiles.ts";
import type { Progress } from "./progress.ts";
import { openTunedDevice } from "./tune/tunedDevice.ts";

/** What is measured, on what, and how images are looked at. */
export interface EvaluateScenesOptions {
  readonly network: NetworkFile;
  readonly dataset: Dataset;
  /** Whether the data set was read with a limit. */
  readonly isCut: boolean;
  readonly find: FindOptions;
  /** Of PCK, as a fraction of the longer side of a person's box. */
  readonly threshold: number;
  /** Folder for pictures of the first images; undefined for none. */
  readonly out: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What {@link evaluateScenes} found. */
export interface ScenesEvaluation {
  readonly oks: OksEvaluation;
  readonly pck: Pck;
  readonly detections: readonly PoseDetection[];
  readonly images: number;
  /** Of the first images. */
  readonly pictures: readonly string[];
}

/** Pictures that are written. */
const mostPictures = 8;

/**
 * Finds all persons of a data set's images and measures them by OKS, as COCO does, and by PCK.
 * @throws InputError for a data set with joints that the network does not find.
 */
export async function evaluateScenes(options: EvaluateScenesOptions): Promise<ScenesEvaluation> {
  const { network, dataset, find, threshold, out, progress, signal } = options;
  const { skeleton } = dataset;
  const lacking = skeleton.joints.find((joint) => !openpose18.joints.includes(joint));
  if (lacking !== undefined)
    throw new InputError(`${dataset.name} has a ${lacking} (${skeleton.name}), which ${network.model.card.name} does not find`);
  if (out !== undefined) await makeOutputFolder("out", out);
  const images = imagesOf(dataset, options.isCut);
  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  using finder = new PersonFinder(device, loaded);
  const detections: PoseDetection[] = [];
  const pictures: string[] = [];
  progress.begin("evaluating", images.length);
  for (const [i, { id, path: file }] of images.entries()) {
    signal.throwIfAborted();
    const image = await decodeImage(file);
    const found = await finder.find(image, { ...find, skeleton });
    detections.push(...found.map((person) => ({ imageId: id, ...person })));
    if (out !== undefined && i < mostPictures) {
      const picture = path.join(out, `${path.parse(file).name}-persons.jpg`);
      const drawn = found.map(({ keypoints }) => keypoints);
      await writePicture(picture, image, skeletonSvg(drawn, skeleton, image));
      pictures.push(picture);
    }
    progress.update(i + 1);
  }
  progress.end();
  const oks = evaluateOks(dataset.persons, detections, { sigmas: skeleton.sigmas });
  return { oks, pck: scenePck(dataset, detections, threshold), detections, images: images.length, pictures };
}

/** All images, also those without a person, where every detection is wrong; of a data set that was cut, those that it kept persons of. */
function imagesOf({ images, persons }: Dataset, isCut: boolean): readonly DatasetImage[] {
  const kept = new Set(persons.map(({ imageId }) => imageId));
  return isCut ? images.filter(({ id }) => kept.has(id)) : images;
}
