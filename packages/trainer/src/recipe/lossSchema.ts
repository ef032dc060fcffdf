import { z } from "zod";
import type { LossTerm } from "../losses/lossTerm.ts";
import type { Weighting } from "../weighting/weighting.ts";
import { closedObject } from "./closedObject.ts";

const positive = z.number().gt(0);
const count = z.int().min(1);

const weight = z.number().min(0);
const weightRule = z.discriminatedUnion("rule", [
  closedObject({ rule: z.enum(["linear", "cosine"]), from: weight, to: weight }),
  closedObject({ rule: z.literal("step"), from: weight, factor: weight, epochs: z.array(count).min(1) }),
  closedObject({ rule: z.literal("decay"), from: weight }),
  closedObject({ rule: z.literal("ramp"), to: weight, epochs: count }),
  closedObject({ rule: z.literal("complement"), of: z.string().describe("1 − the weight of the term of this name") }),
]);
const term = {
  // The others are what a step puts out beside its losses.
  name: z
    .string()
    .regex(
      /^(?!(?:total|norm|lossScale|finite)$)[A-Za-z][\w-]*$/,
      "a word of letters, digits, _ and -, other than total, norm, lossScale and finite",
    ),
  weight: z.union([weight, weightRule], { error: "a number of at least 0, or a rule such as { rule: linear, from, to }" }).default(1),
};

const against = z.enum(["groundTruth", "teacher"]).default("groundTruth");
const ofOutputs = {
  ...term,
  normalization: z
    .enum(["joint", "paper"])
    .default("joint")
    .describe("divides by samples and joints, so that the weight carries over to other sizes, or by what the paper's code divides by"),
  joints: z.enum(["all", "labelled"]).default("all").describe("which joints a teacher teaches"),
};
const studentTensor = z.string().regex(/^student\..+/, "a tensor of the student, such as student.backbone.10.out");
const teacherTensor = z.string().regex(/^teacher\..+/, "a tensor of the teacher, such as teacher.layer1.out");
const oneOfSeveral = z
  .string()
  .regex(/^teacher\.\w+$/, "one of several teachers by its name, teacher.NAME")
  .exactOptional()
  .describe("one of several teachers, teacher.NAME; default: the mean of all");
const studentOutput = z
  .string()
  .regex(/^student\..+/, "an output of the student, such as student.heatmaps.1")
  .describe("an output of a network that has several; default: what it predicts with");
const teachingOutput = z
  .string()
  .regex(/^(?:teacher|student)\..+/, "an output of the teacher or of the student itself, such as student.heatmaps.4")
  .describe(
    "what teaches: an output, or one of several teachers, teacher.NAME; default: what the teacher predicts with, of several the mean",
  );
const ofHeatmaps = { ...ofOutputs, student: studentOutput.exactOptional(), teacher: teachingOutput.exactOptional() };
const confidence = z
  .union([z.literal("peak"), closedObject({ radius: z.number().min(0) })], { error: "peak, or { radius } in cells" })
  .exactOptional()
  .describe("multiplies each joint by the teacher's peak; with a radius by 0 where it lies farther from the label than so many cells");
const ofInner = { ...term, student: studentTensor, teacher: teacherTensor };
const adapter = z.enum(["none", "conv1x1"]).describe("what makes the student's channels the teacher's; not part of the saved weights");
const temperature = positive;

/** One loss term of a recipe, by its kind. */
export const lossSchema: z.ZodType<LossTerm> = z.discriminatedUnion("kind", [
  closedObject({ ...ofHeatmaps, kind: z.enum(["adaptiveWing", "mse"]), against, confidence }),
  closedObject({ ...ofHeatmaps, kind: z.literal("jointsMse"), against }),
  closedObject({ ...ofHeatmaps, kind: z.literal("smoothL1"), against, beta: z.number().min(0).default(1) }),
  closedObject({ ...ofHeatmaps, kind: z.literal("ohkm"), against, topk: count.default(8).describe("joints of a sample that count") }),
  closedObject({ ...ofHeatmaps, kind: z.literal("spatialKl"), temperature, logitScale: positive.default(1), confidence }),
  closedObject({
    ...ofOutputs,
    kind: z.literal("jointsKl"),
    couples: z
      .array(z.tuple([studentOutput, teachingOutput]))
      .min(1)
      .exactOptional()
      .describe("[student, teacher], outputs by their names; default: what the two networks predict with"),
    detachTeacher: z.boolean().default(true).describe("whether an output that teaches is not drawn towards its pupil"),
  }),
  closedObject({
    ...ofOutputs,
    kind: z.literal("simccKl"),
    against,
    teacher: oneOfSeveral,
    beta: positive.default(10).describe("what vectors are multiplied by before the softmax"),
    labelSoftmax: z.boolean().default(true).describe("whether labels become softmax(beta · label), as in RTMPose"),
  }),
  closedObject({
    ...term,
    kind: z.literal("maskedL2"),
    against,
    teacher: oneOfSeveral,
    maps: z.enum(["both", "heatmaps", "pafs"]).default("both"),
    normalization: ofOutputs.normalization,
  }),
  closedObject({ ...ofInner, kind: z.literal("feature"), adapter, distance: z.enum(["mse", "sumSquares"]).default("mse") }),
  closedObject({ ...ofInner, kind: z.literal("channelWiseKl"), adapter, temperature: temperature.default(4) }),
  closedObject({ ...ofInner, kind: z.enum(["attentionTransfer", "relationalDistance", "relationalAngle"]) }),
]);

/** What a recipe makes of the weights of its terms. */
export const weightingSchema: z.ZodType<Weighting> = z.discriminatedUnion("kind", [
  closedObject({ kind: z.literal("fixed") }),
  closedObject({ kind: z.literal("uncertainty") }),
  closedObject({
    kind: z.literal("gradientBalance"),
    momentum: positive.max(1).default(0.1).describe("what a step's norms count in their averages"),
  }),
]);
