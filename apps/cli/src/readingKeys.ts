import type { ReadDatasetOptions } from "@kindling/data";
import type { ReadingRecipe } from "@kindling/trainer";
import { InputError } from "./exit.ts";
import type { Values } from "./keyValue.ts";

/** Options of every command that reads annotations: how, and which of their persons; the same as the keys of a recipe's data.train. */
export const readingKeys = {
  format: { kind: "text", help: "how the annotations are written: coco, mpii, lsp, …; docs/data.md has all (default: recognised)" },
  skeleton: {
    kind: "text",
    help: "what the key points are, or are mapped to by name: coco17, or a JSON or YAML file (default: the format's)",
  },
  minKeypoints: { kind: "integer", min: 1, help: "only persons with so many labelled key points" },
  minArea: { kind: "number", min: 0, help: "only persons of so many pixels² of area" },
  only: { kind: "path", help: "only the images that this file lists, an id or file name a line" },
  split: { kind: "text", help: "one part of the images: training:0.1:1 without, validation:0.1:1 with the tenth that seed 1 draws" },
} as const;

/** The values of {@link readingKeys} as `readDataset` takes them. @throws InputError, DatasetError or SkeletonError when one cannot be used. */
export async function readingOf(values: Values<typeof readingKeys>): Promise<Omit<ReadDatasetOptions, "annotations" | "images">> {
  const { readingOptions } = await import("@kindling/trainer");
  return readingOptions(await readingRecipeOf(values));
}

/** The same as a recipe has them, with what was not given left out. @throws InputError when one cannot be used. */
export async function readingRecipeOf(values: Values<typeof readingKeys>): Promise<ReadingRecipe> {
  const { annotationFormats } = await import("@kindling/data");
  const { format, skeleton, minKeypoints, minArea, only, split } = values;
  const known = annotationFormats.find((name) => name === format);
  if (format !== undefined && known === undefined)
    throw new InputError(`format: expected ${annotationFormats.join(", ")}; got "${format}"`);
  return {
    ...(known === undefined ? {} : { format: known }),
    ...(skeleton === undefined ? {} : { skeleton }),
    ...(minKeypoints === undefined ? {} : { minKeypoints }),
    ...(minArea === undefined ? {} : { minArea }),
    ...(only === undefined ? {} : { only }),
    ...(split === undefined ? {} : { split: splitOf(split) }),
  };
}

function splitOf(text: string): { readonly part: "training" | "validation"; readonly validation: number; readonly seed: number } {
  const [, part, validation, seed = "1"] = /^(training|validation):(0?\.\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (part === undefined) throw new InputError(`split: expected PART:FRACTION:SEED, such as training:0.1:1; got "${text}"`);
  return { part: part === "training" ? part : "validation", validation: Number(validation), seed: Number(seed) };
}
