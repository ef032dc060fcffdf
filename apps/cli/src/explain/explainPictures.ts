import path from "node:path";
import { cropImage, decodeImage } from "@kindling/data";
import { type Box, coco17, cropOfBox, cropRuleOf } from "@kindling/pose";
import {
  eigenCam,
  eigenProjection,
  inputOf,
  loadNetwork,
  type NetworkFile,
  overlayHeat,
  type SampleTile,
  stageTaps,
  TapReader,
  writeSamplePictures,
} from "@kindling/trainer";
import { boxInside } from "../boxInside.ts";
import { sizeOfPair } from "../networkKeys.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";

/** The images, the network that looks at them, and where in it. */
export interface ExplainPicturesOptions {
  readonly files: readonly string[];
  readonly network: NetworkFile;
  /** The person's box in every image; undefined for the whole image. */
  readonly box: Box | undefined;
  /** Paths of inner tensors; undefined for the network's stages. */
  readonly layers: readonly string[] | undefined;
  readonly out: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Pictures of the person's crop and of it under each layer's EigenCAM, one file an image. */
export async function explainPictures(
  options: ExplainPicturesOptions,
): Promise<{ readonly files: readonly string[]; readonly layers: readonly string[] }> {
  const { files, network, out, progress, signal } = options;
  const input = inputOf(network);
  const size = sizeOfPair(input);
  await makeOutputFolder("out", out);
  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  const layers = options.layers ?? stageTaps(network.model, input).map((tap) => tap.replace(/^network\./, ""));
  using reader = await TapReader.create(device, { ...loaded, input, batchSize: 1, taps: layers });
  const pictures: string[] = [];
  progress.begin("explaining", files.length);
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    const image = await decodeImage(file);
    const rule = cropRuleOf(network.reading.codec, network.crop);
    const rgba = cropImage(image, cropOfBox(boxInside(image, options.box, file), size, rule), size);
    const activations = await reader.read(rgba);
    const tiles = activations.map((activation, layer): SampleTile => {
      const [, height, width, channels] = reader.shapes[layer]! as [number, number, number, number]; // the reader takes no others
      const map = eigenCam(eigenProjection(activation, [height, width, channels]), [height, width], input);
      return { rgba: overlayHeat(rgba, map), ...size, predicted: [], label: layers[layer]! };
    });
    const picture = path.join(out, `${nameOf(file, files.slice(0, i))}-eigencam.png`);
    await writeSamplePictures(picture, [{ rgba, ...size, predicted: [], label: "crop" }, ...tiles], coco17); // no tile has a skeleton
    pictures.push(picture);
    progress.update(i + 1);
  }
  progress.end();
  return { files: pictures, layers };
}

/** The file's name without its extension, numbered where an earlier one has it too. */
function nameOf(file: string, earlier: readonly string[]): string {
  const { name } = path.parse(file);
  const same = earlier.filter((other) => path.parse(other).name === name).length;
  return same === 0 ? name : `${name}-${same + 1}`;
}
