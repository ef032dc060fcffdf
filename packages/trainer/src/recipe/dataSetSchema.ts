import { annotationFormats } from "@kindling/data";
import { z } from "zod";
import type { DataRecipe, DataSetRecipe } from "../recipe.ts";
import { closedObject } from "./closedObject.ts";
import { folderOf } from "./recipePath.ts";

const path = z.string().min(1);
const fraction = z.number().min(0).max(1);

const keys = {
  data: path.describe("annotations (JSON) of any format in docs/data.md"),
  images: path.exactOptional().describe("folder of the images; default: the folder of the annotations"),
  crops: path.exactOptional().describe("folder of the crops that `kindling data crop` made"),
  format: z.enum(annotationFormats).exactOptional().describe("how the annotations are written; default: recognised by their contents"),
  skeleton: path
    .exactOptional()
    .describe(
      "what the key points are, or are mapped to by name: coco17, or a JSON or YAML file; default: the format's; docs/data.md lists all",
    ),
  minKeypoints: z.int().min(1).exactOptional().describe("leave out persons with fewer labelled key points"),
  minArea: z.number().min(0).exactOptional().describe("leave out persons of a smaller area, in pixels²"),
  only: path.exactOptional().describe("file with the id or file name of an image a line: the others are left out"),
  split: closedObject({
    part: z.enum(["training", "validation"]),
    validation: z.number().gt(0).lt(1).describe("fraction of the images that the part for validation gets"),
    seed: z.int().min(0).default(1).describe("shuffles the images; the same in both parts"),
  })
    .exactOptional()
    .describe("one part of the images alone"),
};

const boxes = closedObject({
  file: path.describe("[{ image_id, category_id, bbox, score }]"),
  category: z.int().exactOptional().describe("category_id of persons; default 1"),
  imageThreshold: z.number().exactOptional().describe("leave out boxes of a lower score: HRNet's IMAGE_THRE; default 0"),
  nmsThreshold: fraction.exactOptional().describe("of boxes that overlap more, the better one alone: HRNet's NMS_THRE; default 1"),
})
  .exactOptional()
  .describe("a detector's boxes in place of the annotated ones; metric must be AP");

/** `data.train` of a recipe. */
export const trainingSetSchema: z.ZodType<DataSetRecipe> = closedObject(keys).transform(withImages);

/** `data.validation` of a recipe. */
export const validationSetSchema: z.ZodType<DataRecipe["validation"]> = closedObject({ ...keys, boxes }).transform(withImages);

function withImages<T extends { readonly data: string; readonly images?: string }>(set: T): T & { readonly images: string } {
  return { ...set, images: set.images ?? folderOf(set.data) };
}
