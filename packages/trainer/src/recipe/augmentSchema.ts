import { type AugmentationPreset, augmentationPresets } from "@kindling/pose";
import { z } from "zod";
import type { AugmentRecipe, DataRecipe } from "../recipe.ts";
import { closedObject } from "./closedObject.ts";

const chance = (usual: number) => z.number().min(0).max(1).default(usual).describe("probability");
const reach = z.number().min(0).max(255);
const rangeOf = (least: number, most: number) =>
  z
    .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
    .refine(([from, to]) => from <= to, { error: "two numbers, the lower one first" });
const kernel = z
  .tuple([z.int().min(1).max(31), z.int().min(1).max(31)])
  .refine(([from, to]) => from < to || (from === to && from % 2 === 1), {
    error: "two numbers, the lower one first, with an odd one in their range",
  });
const blur = (filter: string) =>
  closedObject({ probability: chance(0.1), kernel: kernel.default([3, 7]).describe("sides in pixels, odd ones are drawn") })
    .exactOptional()
    .describe(filter);

const parameters = closedObject({
  flip: z.number().min(0).max(1).exactOptional().describe("probability of mirroring"),
  halfBody: closedObject({
    probability: chance(0.3),
    joints: z.int().min(1).default(9).describe("fewest labelled joints of the person"),
    half: z
      .tuple([z.int().min(1), z.int().min(1)])
      .default([3, 3])
      .describe("fewest labelled joints of the upper and of the lower half"),
    upper: z.number().min(0).max(1).default(0.5).describe("probability of the upper half; HRNet's code has 0.69146 where it means 0.5"),
    padding: z.number().gt(0).max(10).default(1.5).describe("size of the crop over that of the box about the joints"),
  })
    .exactOptional()
    .describe("crops of the upper or lower body"),
  shift: closedObject({ probability: chance(0.3), share: z.number().min(0).max(1).default(0.16).describe("of the crop's size") })
    .exactOptional()
    .describe("moves the crop"),
  scale: closedObject({ probability: chance(1), range: rangeOf(0.05, 20).default([0.65, 1.35]) })
    .exactOptional()
    .describe("a factor on the crop's size"),
  rotation: closedObject({
    probability: chance(0.6),
    deviation: z.number().min(0).max(360).default(45),
    limit: z.number().min(0).max(180).default(90),
  })
    .exactOptional()
    .describe("degrees"),
  beyond: z
    .enum(["clip", "redraw"])
    .default("redraw")
    .describe("what becomes of normal draws beyond their limits: moved there as in HRNet, or drawn again as in mmpose"),
  colorJitter: closedObject({ brightness: reach.default(0), contrast: reach.default(0) })
    .exactOptional()
    .describe("torchvision's: factors of 1 ± each"),
  hsv: closedObject({ hue: reach.max(180).default(5), saturation: reach.default(30), value: reach.default(30) })
    .exactOptional()
    .describe("mmpose's YOLOXHSVRandomAug; hue in steps of 2°"),
  blur: blur("mean of k × k pixels"),
  medianBlur: blur("median of k × k pixels"),
  dropout: closedObject({ probability: chance(1), side: rangeOf(0, 1).default([0.2, 0.4]).describe("shares of the crop's sides") })
    .exactOptional()
    .describe("one black hole"),
});

const presets = Object.keys(augmentationPresets) as AugmentationPreset[]; // keys of a record are typed as texts

/** `data.augment`: `none`, a published augmentation by its name, or parameters. */
export const augmentSchema: z.ZodType<AugmentRecipe> = z
  .union([z.enum(["none", ...presets]), parameters], { error: `none, ${presets.join(", ")} or a mapping of parameters` })
  .describe("what changes about training crops: none, a published augmentation, or parameters of your own; validation is never augmented");

/** `data.augmentLast`: another augmentation towards the end of training. */
export const augmentLastSchema: z.ZodType<NonNullable<DataRecipe["augmentLast"]>> = closedObject({
  epochs: z.int().min(1),
  augment: augmentSchema,
}).describe("the augmentation of the last so many epochs, as RTMPose's second stage");
