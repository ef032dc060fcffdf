import { publishedCrops, type SceneViews } from "@kindling/data";
import { z } from "zod";
import { closedObject } from "./closedObject.ts";

const positive = z.number().gt(0);

/** `data.scenes`: how such networks see images. */
export const scenesSchema: z.ZodType<SceneViews> = z.discriminatedUnion("kind", [
  closedObject({ kind: z.literal("letterbox") }),
  closedObject({
    kind: z.literal("crops"),
    scale: z
      .tuple([positive, positive])
      .refine(([from, to]) => from <= to, { error: "a smaller and a larger number" })
      .default([...publishedCrops.scale] as [number, number]) // a copy of a pair
      .describe("range of the random scale"),
    personHeight: positive.default(publishedCrops.personHeight).describe("height of a person at scale 1, as a part of the input's"),
    rotation: z.number().min(0).max(180).default(publishedCrops.rotation).describe("largest angle to either side, in degrees"),
    shift: z.number().min(0).default(publishedCrops.shift).describe("largest shift along an axis, in pixels of the input"),
    flip: z.number().min(0).max(1).default(publishedCrops.flip).describe("probability that the image is mirrored"),
  }),
]);
