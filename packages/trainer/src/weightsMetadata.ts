import { hasSafetensorsHeader, isHead, parseSafetensorsHeader } from "@kindling/models";
import { type CropShape, type HeatmapEncoding, heatmapEncodings } from "@kindling/pose";
import { NetworkError } from "./networkError.ts";
import type { NetworkRecipe, Recipe } from "./recipe.ts";

/** What a weights file of ours says of its network, so that `evaluate` and `predict` need nothing else. */
export interface WeightsMetadata extends NetworkRecipe {
  /** [height, width] of the network input. */
  readonly input: readonly [number, number];
  /** What the crops showed that it was trained on; absent: padded. */
  readonly crop?: CropShape;
  /** What its heatmaps were trained to be; absent where nobody said it, and for other outputs. */
  readonly coding?: HeatmapCoding;
  /** What it reached in the validation of its run that chose it. */
  readonly figures?: WeightsFigures;
}

/** How key points lie in a network's heatmaps. */
export interface HeatmapCoding {
  /** It decides by which rule crops are cut, too (`cropRuleOf`). */
  readonly encoding: HeatmapEncoding;
  /** Standard deviation of the Gaussians in cells. */
  readonly sigma: number;
}

/** A validation. */
export interface WeightsFigures {
  /** Fraction 0–1. */
  readonly pck: number;
  /** Of the longer side of the person's box. */
  readonly pckThreshold: number;
  /** COCO's, where it was measured. */
  readonly AP?: number;
  readonly persons: number;
  /** Name of the data set. */
  readonly validation: string;
}

/** Metadata of the student's weights, as safetensors stores it; `figures` where a validation measured just these weights. */
export function weightsMetadata({ student, data }: Recipe, figures?: WeightsFigures): Readonly<Record<string, string>> {
  const { codec, sigma, input, crop } = data;
  const coding = codec.kind === "heatmaps" ? { coding: { encoding: codec.encoding, sigma } } : {};
  return networkMetadata({ ...student, input, crop, ...coding, ...(figures ? { figures } : {}) });
}

/** Metadata of a network's weights, as safetensors stores it. */
export function networkMetadata({ input, crop, coding, figures, ...network }: WeightsMetadata): Readonly<Record<string, string>> {
  const size = { input: input.join("x") };
  const said = { ...networkOnly(network), ...size, ...(crop === "stretched" ? { crop } : {}), ...coding, ...figures };
  return { format: "pt", ...Object.fromEntries(Object.entries(said).map(([key, value]) => [key, String(value)])) };
}

/** What says which network it is, of an object that may say more; what is not given is left out. */
export function networkOnly({ model, joints, width, refinements, stages, branches, head }: NetworkRecipe): NetworkRecipe {
  return {
    model,
    joints,
    width,
    ...(refinements === undefined ? {} : { refinements }),
    ...(stages === undefined ? {} : { stages }),
    ...(branches === undefined ? {} : { branches }),
    ...(head === undefined ? {} : { head }),
  };
}

/** What a weights file says of itself; null when it is not one of ours. @throws as {@link parseWeightsMetadata}. */
export function metadataOf(bytes: Uint8Array): WeightsMetadata | null {
  return hasSafetensorsHeader(bytes) ? parseWeightsMetadata(parseSafetensorsHeader(bytes).metadata) : null;
}

/** The metadata of a weights file; null when it is not one of ours. @throws NetworkError for a coding of heatmaps that is not known. */
export function parseWeightsMetadata(metadata: Readonly<Record<string, string>>): WeightsMetadata | null {
  const { model, joints, width, refinements, stages, branches, head, input, crop } = metadata;
  const figures = figuresOf(metadata);
  const size = /^(\d+)x(\d+)$/.exec(input ?? "");
  if (model === undefined || !(Number(joints) > 0) || !(Number(width) > 0) || !size) return null;
  return {
    model,
    joints: Number(joints),
    width: Number(width),
    ...(refinements === undefined ? {} : { refinements: Number(refinements) }),
    ...(stages === undefined ? {} : { stages: Number(stages) }),
    ...(branches === undefined ? {} : { branches: Number(branches) }),
    ...(isHead(head) ? { head } : {}),
    input: [Number(size[1]), Number(size[2])],
    ...(crop === "stretched" ? { crop } : {}),
    ...codingOf(metadata),
    ...(figures ? { figures } : {}),
  };
}

function figuresOf({ pck, pckThreshold, AP, persons, validation }: Readonly<Record<string, string>>): WeightsFigures | null {
  if (validation === undefined || !(Number(pck) >= 0) || !(Number(pckThreshold) > 0) || !(Number(persons) > 0)) return null;
  const figures = { pck: Number(pck), pckThreshold: Number(pckThreshold), persons: Number(persons), validation };
  return Number(AP) >= 0 ? { ...figures, AP: Number(AP) } : figures;
}

/** Key points read by another rule than that of their training would be wrong by a little, which nobody would see. */
function codingOf({ encoding, sigma }: Readonly<Record<string, string>>): Pick<WeightsMetadata, "coding"> {
  if (encoding === undefined) return {};
  const known = heatmapEncodings.find((each) => each === encoding);
  if (known && Number(sigma) > 0) return { coding: { encoding: known, sigma: Number(sigma) } };
  throw new NetworkError(
    `the weights say that their heatmaps are "${encoding}" of σ ${sigma}; known are ${heatmapEncodings.join(", ")}, with a σ above 0`,
  );
}
