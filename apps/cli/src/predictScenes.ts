import path from "node:path";
import { decodeImage } from "@kindling/data";
import { coco17, skeletonSvg } from "@kindling/pose";
import { type FindOptions, loadNetwork, type NetworkFile, PersonFinder, writeFileAtomically } from "@kindling/trainer";
import { makeOutputFolder } from "./outputFolder.ts";
import { imageId, pictureNames, writePicture } from "./pictureFiles.ts";
import type { CocoPrediction } from "./predictPictures.ts";
import type { Progress } from "./progress.ts";
import { openTunedDevice } from "./tune/tunedDevice.ts";

/** The images, the network that looks at them, and where its answers go. */
export interface PredictScenesOptions {
  readonly files: readonly string[];
  readonly network: NetworkFile;
  readonly find: FindOptions;
  /** Folder for `predictions.json` and the pictures. */
  readonly out: string;
  /** Joints with a lower score are not drawn. */
  readonly scoreThreshold: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The pictures in the order of the files, and the path of `predictions.json`, which has all persons of all images. */
export interface PredictedScenes {
  readonly pictures: readonly { readonly file: string; readonly picture: string; readonly persons: readonly CocoPrediction[] }[];
  readonly file: string;
}

/**
 * Finds all persons of every image and draws them on it.
 * @throws ImageError for a missing or broken image, WeightsMismatchError for other weights.
 */
export async function predictScenes(options: PredictScenesOptions): Promise<PredictedScenes> {
  const { files, network, find, out, scoreThreshold, progress, signal } = options;
  const names = pictureNames(files);
  await makeOutputFolder("out", out);
  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  using finder = new PersonFinder(device, loaded);
  const pictures: PredictedScenes["pictures"][number][] = [];
  progress.begin("predicting", files.length);
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    const image = await decodeImage(file);
    const found = await finder.find(image, find);
    const picture = path.join(out, names[i]!);
    const drawn = found.map(({ keypoints }) => keypoints);
    await writePicture(picture, image, skeletonSvg(drawn, find.skeleton ?? coco17, image, { scoreThreshold }));
    const persons = found.map(({ keypoints, score }) => ({
      image_id: imageId(file),
      file_name: file,
      category_id: 1 as const,
      keypoints: [...keypoints],
      score,
    }));
    pictures.push({ file, picture, persons });
    progress.update(i + 1);
  }
  progress.end();
  const file = path.join(out, "predictions.json");
  await writeFileAtomically(file, `${JSON.stringify(pictures.flatMap(({ persons }) => persons))}\n`);
  return { pictures, file };
}
