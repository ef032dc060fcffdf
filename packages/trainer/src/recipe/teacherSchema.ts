import { skeletons } from "@kindling/pose";
import { z } from "zod";
import type { MemberRecipe, TeacherRecipe } from "../recipe.ts";
import { closedObject } from "./closedObject.ts";
import { networkKeys, partPath } from "./networkKeys.ts";

const path = z.string().min(1);
const positive = z.number().gt(0);
const share = positive.max(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const count = z.int().min(1);
const size = z.tuple([count, count]);

const skeletonName = z.enum(skeletons.map(({ name }) => name));
const teacherKeys = {
  ...networkKeys,
  weights: path.describe("trained weights"),
  skeleton: skeletonName.exactOptional().describe("what its key points are; default by their number. Joints are taught by their names"),
  encoding: z
    .enum(["unbiased", "msra", "udp"])
    .exactOptional()
    .describe("how its heatmaps lie, for a student of SimCC, who learns their marginals"),
  sigma: positive.exactOptional().describe("of its heatmaps in cells, for a student of SimCC; default: data.sigma"),
  shares: z
    .array(partPath)
    .exactOptional()
    .describe("parts that the student has too, frozen, such as backbone: both have the teacher's weights there and compute them once"),
  input: size.exactOptional().describe("codec pafs: what the teacher sees, [height, width]; default: the student's input"),
  cache: path.exactOptional().describe("folder of the heatmaps that `kindling teacher-cache` made; training then runs no teacher"),
  normalization: closedObject({
    channelOrder: z.enum(["rgb", "bgr"]).exactOptional(),
    mean: triple.exactOptional(),
    std: z.tuple([positive, positive, positive]).exactOptional(),
  })
    .exactOptional()
    .describe(
      "how crops become its input, (byte / 255 − mean) / std; default: as the network was published, most with ImageNet's statistics",
    ),
  gate: z
    .enum(["stop", "warn", "off"])
    .default("stop")
    .describe("what a teacher does to the run that, before training, finds far less than it should; off: it is not measured"),
  gatePersons: count.default(100).describe("persons of the validation set that it is measured on"),
  expect: closedObject({ pck: share.exactOptional(), AP: share.exactOptional() })
    .exactOptional()
    .describe("what it should reach there; default: what its weights file says, or its authors of HRNet's COCO weights"),
};

/** The teacher of a recipe. */
export const teacherSchema: z.ZodType<TeacherRecipe> = closedObject(teacherKeys);

/** Several by their names. */
export const teachersSchema: z.ZodType<Readonly<Record<string, MemberRecipe>>> = z.record(
  z.string().regex(/^[A-Za-z]\w*$/, "a name of letters, digits and _, which begins with a letter"),
  closedObject({ ...teacherKeys, weight: positive.default(1).describe("what it counts in the mean of all") }),
);
