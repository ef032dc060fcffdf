import { heatmapSizeOf, heatmapsAt, type ModelCard } from "@kindling/models";
import { type Affine, decodeHeatmaps, decodeSimcc } from "@kindling/pose";
import { NetworkError } from "./networkError.ts";

/** How the key points of one person in a crop are read from what a network puts out. */
export interface PoseDecoder {
  /** Places of the tensors that it reads, among the network's outputs. */
  readonly reads: readonly number[];
  /** Key points [k·3] (x, y, score) of one sample's `values`, one array a tensor that is read; in pixels of the image, `toImage` being the crop's inverse. */
  decode(values: readonly Float32Array[], toImage: Affine): Float64Array;
}

/** The decoder of a network's codec, for crops of [height, width]. @throws NetworkError for a network that does not put out one person's key points. */
export function poseDecoder(card: ModelCard, [height, width]: readonly [number, number]): PoseDecoder {
  const { name, codec, joints, outputs } = card;
  const made = outputs([height, width]);
  switch (codec.kind) {
    case "heatmaps": {
      const [rows, columns] = heatmapSizeOf(card, [height, width]);
      const options = { heatmap: { height: rows, width: columns }, joints, input: { height, width } };
      return {
        reads: [heatmapsAt(card, [height, width])],
        decode: ([heatmaps], toImage) => decodeHeatmaps(heatmaps!, { ...options, toImage }),
      };
    }
    case "simcc": {
      const { splitRatio } = codec;
      return { reads: [0, 1], decode: ([x, y], toImage) => decodeSimcc(x!, y!, { joints, splitRatio, toImage }) };
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
