import { heatmapDecodings, heatmapEncodings, type SimccLabels, simccSigma } from "@kindling/pose";
import { z } from "zod";
import { parameterKinds } from "../optimizers/parameterGroups.ts";
import { defaultSigma, type Recipe } from "../recipe.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { augmentLastSchema, augmentSchema } from "./augmentSchema.ts";
import { closedObject } from "./closedObject.ts";
import { trainingSetSchema, validationSetSchema } from "./dataSetSchema.ts";
import { lossSchema, weightingSchema } from "./lossSchema.ts";
import { networkKeys, partPath } from "./networkKeys.ts";
import { scenesSchema } from "./scenesSchema.ts";
import { teacherSchema, teachersSchema } from "./teacherSchema.ts";

const path = z.string().min(1);
const positive = z.number().gt(0);
const fraction = z.number().min(0).lt(1);
const count = z.int().min(1);
const size = z.tuple([count, count]);

const student = closedObject({
  ...networkKeys,
  backbone: path.exactOptional().describe("weights of the backbone alone, such as ImageNet's"),
  weights: path.exactOptional().describe("weights of the whole network to start from"),
});
const jointWeights = z.array(z.number().min(0)).min(1).exactOptional().describe("one weight a joint, such as HRNet's; default: 1 each");
const simccLabels = z.discriminatedUnion("kind", [
  closedObject({
    kind: z.literal("gaussian"),
    sigma: z
      .tuple([positive, positive])
      .exactOptional()
      .describe("over x and over y, in bins; default: RTMPose's, the root of an eighth of the pixels"),
    rounded: z.boolean().default(false).describe("peaks at the nearest bin, as mmpose makes them, instead of at the key point"),
  }),
  closedObject({
    kind: z.literal("standard"),
    smoothing: fraction.default(0).describe("what the other bins get of the 1 of the right one"),
  }),
]);
const codec = z.discriminatedUnion("kind", [
  closedObject({
    kind: z.literal("heatmaps"),
    encoding: z
      .enum(heatmapEncodings)
      .default("unbiased")
      .describe("Gaussians about the key point, about its cell as HRNet has them, or on UDP's grid in UDP's crops"),
    jointWeights,
  }),
  closedObject({
    kind: z.literal("simcc"),
    splitRatio: positive.default(2).describe("bins a pixel"),
    labels: simccLabels.default({ kind: "gaussian", rounded: false }),
    jointWeights,
  }),
  closedObject({
    kind: z.literal("pafs"),
    sigma: positive.default(7).describe("of a joint's Gaussian, in pixels of the input"),
    thickness: positive.default(1).describe("half the width of a limb's field, in cells"),
  }),
]);

const data = closedObject({
  train: trainingSetSchema,
  validation: validationSetSchema,
  input: size.describe("crop [height, width] in pixels"),
  crop: z
    .enum(["padded", "stretched"])
    .default("padded")
    .describe("the person's box widened to the input's aspect with a margin of 1.25, or the box alone, stretched over the input"),
  heatmap: size.exactOptional().describe("target [height, width] in cells; default: a quarter of the input, an eighth with codec pafs"),
  sigma: positive.exactOptional().describe("of the target Gaussians, in cells; default: 2 per 64 cells of height, at least 1"),
  codec: codec.default({ kind: "heatmaps", encoding: "unbiased" }).describe("how key points become targets"),
  scenes: scenesSchema.exactOptional().describe("codec pafs: how images are seen in training; default: whole, as large as fits"),
  batchSize: count.describe("samples of an update"),
  workers: z.int().min(0).max(256).exactOptional().describe("threads that make batches; default: as many as the machine can spare"),
  augment: augmentSchema.default("none"),
  augmentLast: augmentLastSchema.exactOptional(),
  limit: count.exactOptional().describe("use only the first so many persons of each set"),
  overfit: count.exactOptional().describe("train and validate on the same first so many persons of the training set, whatever limit says"),
  cache: z.boolean().default(false).describe("keep every prepared person in memory; for small data sets"),
}).transform(
  ({
    train,
    validation,
    input,
    codec,
    heatmap = part(input, codec.kind === "pafs" ? 8 : 4),
    sigma = defaultSigma(heatmap[0]),
    ...rest
  }) => ({
    train,
    validation,
    input,
    heatmap,
    sigma,
    codec: codec.kind === "simcc" ? { ...codec, labels: completeLabels(codec.labels, input) } : codec,
    ...rest,
  }),
);

const learningRate = positive;
const weightDecay = z.number().min(0).describe("adamw: shrinks the parameters themselves; adam and sgd: an L2 penalty");
const kinds = z.array(z.enum(parameterKinds)).min(1);
const grouping = {
  noDecay: kinds.exactOptional().describe("kinds of parameters without weight decay: [norm, bias] for example"),
  groups: z
    .array(
      closedObject({
        match: partPath.exactOptional().describe("a part of the network, such as student.backbone; * stands for any one name"),
        of: kinds.exactOptional().describe("kinds of parameters; default: all"),
        learningRateFactor: z.number().min(0).default(1).describe("multiplies the learning rate"),
        weightDecayFactor: z.number().min(0).default(1).describe("multiplies the weight decay"),
      }),
    )
    .exactOptional()
    .describe("parameters with factors of their own; the factors of all groups that a parameter is in multiply"),
};
const clipNorm = positive.exactOptional().describe("largest global norm of the gradients");
const optimizer = z.discriminatedUnion("kind", [
  closedObject({
    kind: z.enum(["adamw", "adam"]),
    learningRate,
    betas: z.tuple([fraction, fraction]).default([0.9, 0.999]),
    epsilon: positive.default(1e-8),
    weightDecay,
    clipNorm,
    ...grouping,
  }),
  closedObject({
    kind: z.literal("sgd"),
    learningRate,
    momentum: fraction.default(0),
    dampening: fraction.default(0).describe("of the gradient in the momentum"),
    nesterov: z.boolean().default(false).describe("needs momentum, and no dampening"),
    weightDecay,
    clipNorm,
    ...grouping,
  }),
]);

const epochs = count.describe("passes over the training set");
const update = z.enum(["epoch", "step"]).describe("where the learning rate changes");
const warmup = closedObject({
  steps: z.int().min(2).describe("until the full rate: 1000 as mmengine's LinearLR with end 1000"),
  startFactor: fraction.describe("of the rate in the first step"),
})
  .exactOptional()
  .describe("a linear rise over the first steps");
const schedule = z
  .discriminatedUnion("kind", [
    closedObject({ kind: z.literal("warmupCosine"), warmupEpochs: z.int().min(0), epochs, update: update.default("epoch") }),
    closedObject({
      kind: z.literal("flatCosine"),
      epochs,
      flatEpochs: z.int().min(0).exactOptional().describe("before the cosine begins; default: half of the epochs"),
      endFactor: z.number().min(0).max(1).default(0.05).describe("of the rate at the end of the cosine"),
      update: update.default("step"),
      warmup,
    }),
    closedObject({
      kind: z.literal("multistep"),
      epochs,
      milestones: z.array(count).min(1).describe("epochs, complete ones, after which the rate is multiplied by gamma"),
      gamma: positive.default(0.1),
      warmup,
    }),
    closedObject({
      kind: z.literal("piecewise"),
      epochs,
      points: z
        .array(closedObject({ from: z.number().min(0).describe("complete epochs"), factor: z.number().min(0).describe("of the rate") }))
        .min(1)
        .describe("the factor from an epoch on; the first from 0"),
      between: z.enum(["hold", "linear"]).default("hold").describe("what leads from a point to the next"),
      update: update.default("epoch"),
      warmup,
    }),
    closedObject({ kind: z.literal("constant"), epochs, warmup }),
  ])
  .transform(({ ...made }): Schedule => {
    if (made.kind !== "flatCosine") return made;
    return { ...made, flatEpochs: made.flatEpochs ?? Math.floor(made.epochs / 2) };
  });

/** The recipe document: keys, types, ranges and defaults. What several keys must agree on is checked by `checkRecipe`. */
export const recipeSchema: z.ZodType<Recipe> = closedObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, "a folder name of letters, digits, ., _ and -")
    .describe("name of the run folder"),
  seed: z.int().min(0).max(0xffff_ffff),
  student,
  teacher: teacherSchema.exactOptional(),
  teachers: teachersSchema
    .exactOptional()
    .describe("several by names, in place of teacher: a loss names one, or learns from the mean of all"),
  data,
  losses: z.array(lossSchema).min(1),
  weighting: weightingSchema
    .default({ kind: "fixed" })
    .describe("what becomes of the weights in training, beside their rules over the epochs"),
  gradientShares: z
    .enum(["epoch", "never"])
    .default("epoch")
    .describe("whether the last step of every epoch tells how hard each of several terms pulls at the student's outputs"),
  optimizer,
  schedule,
  ema: closedObject({
    momentum: positive.max(1).default(0.0002).describe("share of a step's weights in their average"),
    gamma: positive.exactOptional().describe("steps in which a higher momentum at the start falls by e; 2000 in RTMPose"),
  })
    .exactOptional()
    .describe("averages of the student's weights over the steps; they are validated and saved"),
  freeze: z
    .array(partPath)
    .min(1)
    .exactOptional()
    .describe("parts of the student that are not trained, such as student.backbone; their batch norms keep their statistics"),
  precision: z
    .enum(["f32", "f16"])
    .default("f32")
    .describe("how activations and their gradients are stored; f16 is f32 on an adapter without shader-f16"),
  accumulate: count
    .default(1)
    .describe(
      "equal parts that a batch is computed in, for a batchSize beyond memory; losses, gradients and updates are the whole batch's",
    ),
  activationCheckpointing: z
    .boolean()
    .default(false)
    .describe(
      "less memory for up to a third more work: the inside of the student's blocks is computed again in the backward pass; same weights",
    ),
  validateEvery: count.default(1).describe("epochs from one validation to the next"),
  earlyStopping: closedObject({ patience: count.describe("validations in a row that are no better than the best before") })
    .exactOptional()
    .describe("ends the run before its last epoch when the metric stops improving"),
  saveEvery: count.exactOptional().describe("epochs from one weights/epoch-N.safetensors to the next; default: best and last alone"),
  evaluate: closedObject({
    flip: z.boolean().default(false).describe("average what the network says of a crop and of its mirror image"),
    decode: z.enum(heatmapDecodings).exactOptional().describe("how key points are read; default: quarter for heatmaps, argmax for SimCC"),
    oks: z.boolean().default(false).describe("measure COCO's AP and AR too; with metric: AP always"),
  })
    .default({ flip: false, oks: false })
    .describe("how validations read and measure what the student says"),
  metric: z.enum(["pck", "AP", "loss"]).default("pck").describe("decides which weights are the best"),
  pckThreshold: positive.max(1).default(0.1).describe("as a fraction of the longer side of the person's box"),
});

/** With RTMPose's sigma where there is none: 4.9 and 5.66 bins at 192 × 256 pixels. */
function completeLabels(labels: z.output<typeof simccLabels>, [height, width]: [number, number]): SimccLabels {
  return labels.kind === "gaussian" ? { ...labels, sigma: labels.sigma ?? [simccSigma(width), simccSigma(height)] } : labels;
}

function part([height, width]: [number, number], divisor: number): [number, number] {
  return [Math.max(1, Math.floor(height / divisor)), Math.max(1, Math.floor(width / divisor))];
}
