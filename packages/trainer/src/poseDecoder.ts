import { heatmapSizeOf, heatmapsAt, type ModelCard } from "@kindling/models";
import {
  type Affine,
  type CropRule,
  type CropShape,
  cropRuleOf,
  decodeHeatmaps,
  decodeSimcc,
  type HeatmapDecoding,
  type SimccDecoding,
  simccDecodings,
  type TargetCodec,
  unflipHeatmaps,
  unflipVectors,
} from "@kindling/pose";
import { NetworkError } from "./networkError.ts";
import { defaultSigma } from "./recipe.ts";

/** How the key points of one person in a crop are read from what a network puts out. */
export interface PoseDecoder {
  /** Places of the tensors that it reads, among the network's outputs. */
  readonly reads: readonly number[];
  /** By which rule crops are cut for the network; predictions go back the same way. */
  readonly warp: CropRule;
  /** Key points [k·3] (x, y, score) of one sample's `values`, one array a tensor that is read; in pixels of the image, `toImage` being the crop's inverse. */
  decode(values: readonly Float32Array[], toImage: Affine): Float64Array;
  /** What tensor `at` of {@link reads} says of mirrored crops, as if it were of the crops; joints change places by `permutation` (`flipPermutation`). */
  unflip(values: Float32Array, at: number, permutation: readonly number[]): Float32Array;
}

/** How outputs are read. */
export interface PoseReading {
  /** Default: "quarter" for heatmaps, "argmax" for SimCC, which knows "dark" too. */
  readonly decoding?: HeatmapDecoding;
  /** What the network was trained with: how wide its targets are, and how they lie. Default: unbiased heatmaps of `defaultSigma`, RTMPose's vectors. */
  readonly codec?: TargetCodec;
  /** What crops show of the image; default padded. */
  readonly crop?: CropShape;
}

/**
 * The decoder of a network's codec, for crops of [height, width].
 * @throws NetworkError for a network that does not put out one person's key points, or whose outputs cannot be read so.
 */
export function poseDecoder(card: ModelCard, [height, width]: readonly [number, number], reading: PoseReading = {}): PoseDecoder {
  const { name, codec, joints, outputs } = card;
  const { decoding, codec: trained, crop } = reading;
  const made = outputs([height, width]);
  switch (codec.kind) {
    case "heatmaps": {
      const [rows, columns] = heatmapSizeOf(card, [height, width]);
      const { encoding, sigma } = trained?.kind === "heatmaps" ? trained : { encoding: "unbiased" as const, sigma: defaultSigma(rows) };
      const options = {
        heatmap: { height: rows, width: columns },
        joints,
        input: { height, width },
        encoding,
        sigma,
        decoding: decoding ?? "quarter",
      };
      return {
        reads: [heatmapsAt(card, [height, width])],
        warp: cropRuleOf(trained, crop),
        decode: ([heatmaps], toImage) => decodeHeatmaps(heatmaps!, { ...options, toImage }),
        unflip: (heatmaps, _, permutation) => unflipHeatmaps(heatmaps, columns, permutation, encoding !== "udp"),
      };
    }
    case "simcc": {
      const { splitRatio } = codec;
      const labels = trained?.kind === "simcc" && trained.labels.kind === "gaussian" ? { sigma: trained.labels.sigma } : {};
      const options = { joints, splitRatio, ...labels, decoding: simccDecoding(name, decoding ?? "argmax") };
      const bins = made.map(({ shape }) => shape[1]!); // [k,bins] each
      return {
        reads: [0, 1],
        warp: cropRuleOf(trained, crop),
        decode: ([x, y], toImage) => decodeSimcc(x!, y!, { ...options, toImage }),
        unflip: (vectors, at, permutation) => unflipVectors(vectors, bins[at]!, permutation, at === 0),
      };
    }
    case "pafs":
    case "classes":
      throw new NetworkError(
        `${name} puts out ${made.map((output) => output.name).join(" and ")}, which is not the key points of one person in a crop`,
      );
    default:
      return codec satisfies never;
  }
}

function simccDecoding(name: string, decoding: HeatmapDecoding): SimccDecoding {
  const known = simccDecodings.find((each) => each === decoding);
  if (known) return known;
  throw new NetworkError(`${name} puts out SimCC vectors, which are read by ${simccDecodings.join(" or ")}, not by ${decoding}`);
}
