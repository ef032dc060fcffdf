import type { Shape } from "@kindling/gpu";
import { ModelError } from "./modelError.ts";

/** Height and width in pixels or cells. */
export type HeightWidth = readonly [height: number, width: number];

/** Facts about a network that those who feed it and read it must know. */
export interface ModelCard {
  /** The name that createModel knows. */
  readonly name: string;
  /** Key points; classes of a classifier. */
  readonly joints: number;
  /** Name of their skeleton where there is one with so many: "coco17". */
  readonly skeleton: string | null;
  /** How bytes of a crop become the input: (byte / 255 − mean) / std, channels in this order. */
  readonly input: {
    readonly channelOrder: "rgb" | "bgr";
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
  };
  /** The crop that it is made for or was published with. */
  readonly inputSize: HeightWidth;
  /** Whether it takes no other: its layers depend on the size. */
  readonly inputIsFixed?: boolean;
  /** The tensors that forward puts out for an input of this size, in its order. */
  readonly outputs: (input: HeightWidth) => readonly ModelOutput[];
  /** How the outputs say where key points are. */
  readonly codec: ModelCodec;
  /** Paper, and the code that names and numbers follow. */
  readonly source: string;
}

/** One tensor that a network puts out. */
export interface ModelOutput {
  /** As files and exports call it: "heatmaps", "pafs.1", "simcc_x". */
  readonly name: string;
  /** Maps of key points, maps of limbs (part affinity fields), distributions over coordinates, or scores of classes. */
  readonly kind: "heatmaps" | "pafs" | "simcc" | "logits";
  /** Without the batch: [h,w,channels] of maps, [k,bins] of SimCC, [classes]. */
  readonly shape: Shape;
}

/** Peaks of heatmaps; two distributions a key point with `splitRatio` bins a pixel (SimCC, Li et al. 2022); peaks joined by fields; none. */
export type ModelCodec =
  | { readonly kind: "heatmaps" }
  | { readonly kind: "simcc"; readonly splitRatio: number }
  | { readonly kind: "pafs"; readonly stride: number }
  | { readonly kind: "classes" };

/** Mean and standard deviation of ImageNet's RGB values in 0 … 1, which torchvision's, HRNet's and mmpose's networks expect. */
export const imageNetInput: ModelCard["input"] = { channelOrder: "rgb", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** A quarter of the input, rounded up: what two convolutions with stride 2 and padding 1 leave. */
export function quarterSize([height, width]: HeightWidth): HeightWidth {
  return [Math.ceil(height / 4), Math.ceil(width / 4)];
}

/** One tensor of heatmaps, one a key point: the `outputs` of most networks. */
export function heatmapOutput(joints: number, size: (input: HeightWidth) => HeightWidth): ModelCard["outputs"] {
  return (input) => [{ name: "heatmaps", kind: "heatmaps", shape: [...size(input), joints] }];
}

/** The skeleton with so many key points that pose networks are published for; null where there is none. */
export function skeletonOfJoints(joints: number): string | null {
  return { 17: "coco17", 18: "openpose18", 26: "halpe26", 133: "cocoWholebody133" }[joints] ?? null;
}

/** Place, among a network's outputs, of the heatmaps that it predicts with: its last. @throws ModelError for a network without heatmaps. */
export function heatmapsAt({ name, outputs }: ModelCard, input: HeightWidth): number {
  const all = outputs(input);
  const at = all.findLastIndex(({ kind }) => kind === "heatmaps");
  if (at < 0) throw new ModelError(`${name} puts out ${all.map((output) => output.name).join(" and ")}, not heatmaps`);
  return at;
}

/** Height and width of the heatmaps that a network predicts with. @throws ModelError for a network without heatmaps. */
export function heatmapSizeOf(card: ModelCard, input: HeightWidth): HeightWidth {
  const [height, width] = card.outputs(input)[heatmapsAt(card, input)]!.shape;
  return [height!, width!];
}
