import { type Head, heads } from "@kindling/models";
import { z } from "zod";

const count = z.int().min(1);
type OptionalInt = z.ZodExactOptional<z.ZodInt>;

/** Keys of every network of a recipe. */
export const networkKeys: {
  readonly model: z.ZodString;
  readonly joints: z.ZodDefault<z.ZodInt>;
  readonly width: z.ZodDefault<z.ZodNumber>;
  readonly refinements: OptionalInt;
  readonly stages: OptionalInt;
  readonly branches: OptionalInt;
  readonly head: z.ZodExactOptional<z.ZodType<Head>>;
} = {
  model: z.string().describe("the network by its name, squeezenet-hpe or hrnet-w32 for example; docs/models.md lists all"),
  joints: count.default(17).describe("key points, one heatmap each"),
  width: z.number().gt(0).max(4).default(1).describe("multiplies the channels of the hidden layers"),
  refinements: z.int().min(0).max(8).exactOptional().describe("Lightweight OpenPose: stages that refine the first maps; default 1"),
  stages: z.int().min(1).max(4).exactOptional().describe("multi-output HRNet: stages that are built, each with an exit; default 4"),
  branches: z.int().min(2).max(8).exactOptional().describe("okdhp-hrnet: last stages that learn from their ensemble; default 3"),
  head: z.enum(heads).exactOptional().describe("squeezenet-hpe: where the heatmaps are made; default afterUpsampling"),
};

/** A part of a network by its path. */
export const partPath: z.ZodString = z
  .string()
  .regex(/^[\w*]+(\.[\w*]+)*$/, "names joined by dots, such as student.backbone, * for any one name");
