import type { Size } from "../boxes/box.ts";
import type { CropRule, CropShape } from "../boxes/crop.ts";
import { fieldChannels, heatmapChannels } from "../openpose/partFields.ts";
import { encodeHeatmaps, type HeatmapEncoding } from "./encodeHeatmaps.ts";
import { encodeSimcc, type SimccLabels, simccBins } from "./encodeSimcc.ts";

/** What a network learns key points as; plain data, so that it can be sent to a worker thread. */
export type TargetCodec = PersonCodec | SceneCodec;

/** Of one person in a crop. */
export type PersonCodec =
  | {
      readonly kind: "heatmaps";
      /** Size of the heatmaps in cells. */
      readonly heatmap: Size;
      /** Standard deviation of the targets in cells. */
      readonly sigma: number;
      readonly encoding: HeatmapEncoding;
      /** [k], multiplies the mask; default 1. */
      readonly jointWeights?: readonly number[];
    }
  | {
      readonly kind: "simcc";
      /** Bins a pixel of the input. */
      readonly splitRatio: number;
      readonly labels: SimccLabels;
      /** [k], multiplies the mask; default 1. */
      readonly jointWeights?: readonly number[];
    };

/** Of all persons of an image: joints and the limbs between them (`encodeOpenPose`). */
export interface SceneCodec {
  readonly kind: "pafs";
  /** Input pixels a cell. */
  readonly stride: number;
  /** Standard deviation of a joint's Gaussian in input pixels. */
  readonly sigma: number;
  /** Half the width of a limb's field in cells. */
  readonly thickness: number;
}

/** By which rule crops of a shape are cut for a codec: heatmaps in udp's coding go with udp's crops. */
export function cropRuleOf(codec: TargetCodec | undefined, shape: CropShape = "padded"): CropRule {
  if (shape === "stretched") return shape;
  return codec?.kind === "heatmaps" && codec.encoding === "udp" ? "udp" : "msra";
}

/**
 * Shapes of one sample's targets by name, for crops of a size and a number of joints: heatmaps have `target` [h,w,k] and `mask` [k]; SimCC has
 * `targetX` [k,bins], `targetY` [k,bins] and `mask` [k]; all persons of an image have `heatmaps` [h,w,19], `pafs` [h,w,38] and `mask` [h,w,1].
 */
export function targetShapes(codec: TargetCodec, input: Size, joints: number): Readonly<Record<string, readonly number[]>> {
  switch (codec.kind) {
    case "heatmaps":
      return { target: [codec.heatmap.height, codec.heatmap.width, joints], mask: [joints] };
    case "simcc": {
      const [xBins, yBins] = [simccBins(input.width, codec.splitRatio), simccBins(input.height, codec.splitRatio)];
      return { targetX: [joints, xBins], targetY: [joints, yBins], mask: [joints] };
    }
    case "pafs": {
      const cells = [Math.floor(input.height / codec.stride), Math.floor(input.width / codec.stride)];
      return { heatmaps: [...cells, heatmapChannels], pafs: [...cells, fieldChannels], mask: [...cells, 1] };
    }
    default:
      return codec satisfies never;
  }
}

/**
 * One person's targets by the names of {@link targetShapes}. Key points [k·3]: x, y in pixels of the crop, COCO visibility.
 * @throws KeypointsError and RangeError as `encodeHeatmaps` and `encodeSimcc` do.
 */
export function encodeTargets(codec: PersonCodec, input: Size, keypoints: ArrayLike<number>): Readonly<Record<string, Float32Array>> {
  switch (codec.kind) {
    case "heatmaps": {
      const { heatmaps, mask } = encodeHeatmaps(keypoints, { ...codec, input });
      return { target: heatmaps, mask };
    }
    case "simcc": {
      const { x, y, mask } = encodeSimcc(keypoints, { ...codec, input });
      return { targetX: x, targetY: y, mask };
    }
    default:
      return codec satisfies never;
  }
}
