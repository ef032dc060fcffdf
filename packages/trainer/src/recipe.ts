import type { AnnotationFormat, DetectedBoxChoice, ImageSplit, SceneViews } from "@kindling/data";
import type { Head, ModelCard } from "@kindling/models";
import type { Augmentation, AugmentationPreset, CropShape, HeatmapDecoding, HeatmapEncoding, SimccLabels } from "@kindling/pose";
import type { LossTerm } from "./losses/lossTerm.ts";
import type { Metric } from "./metric.ts";
import type { ParameterGroupRecipe, ParameterKind } from "./optimizers/parameterGroups.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { Weighting } from "./weighting/weighting.ts";

/** Everything that defines a training run, complete: `parseRecipe` fills in the defaults and makes paths absolute. */
export interface Recipe {
  /** Name of the run folder. */
  readonly name: string;
  /** Start of every random stream, 0 … 2³² − 1. */
  readonly seed: number;
  readonly student: StudentRecipe;
  /** The network that it imitates. In place of one, `teachers`; whoever needs them asks `teachersOf`, which has a list of both. */
  readonly teacher?: TeacherRecipe;
  /** Several, by names: a loss term learns from one that it names, or from the mean of all. */
  readonly teachers?: Readonly<Record<string, MemberRecipe>>;
  readonly data: DataRecipe;
  readonly losses: readonly LossTerm[];
  /** What becomes of the terms' weights, beside their rules over the epochs. */
  readonly weighting: Weighting;
  /** Whether the last step of every epoch tells how hard each of several terms pulled at the student's outputs. It changes nothing else. */
  readonly gradientShares: "epoch" | "never";
  readonly optimizer: OptimizerRecipe;
  readonly schedule: Schedule;
  /** Averages of the student's weights over the steps are what is validated and saved. */
  readonly ema?: EmaRecipe;
  /**
   * Parts of the student that are not trained, by path, with `*` for any one name: `student.backbone`. They run as in evaluation, batch norms
   * with the statistics that they have.
   */
  readonly freeze?: readonly string[];
  /**
   * How activations and their gradients are stored. "f16" trains f32 weights on a scaled loss (Micikevicius et al. 2018, "Mixed Precision
   * Training"), sums in f32, and is f32 on an adapter without shader-f16.
   */
  readonly precision: "f32" | "f16";
  /**
   * Parts that a batch is computed in, one after the other, for batches beyond memory: `batchSize` stays what the optimiser sees, and losses
   * and gradients are those of the whole batch. Batch norm's statistics are those of the parts. 1: the batch at once.
   */
  readonly accumulate: number;
  /**
   * Keeps in the forward pass what blocks of the student put out, and computes what is inside of them once more for the backward pass: less
   * memory for up to a third more work, and the same weights, bit for bit.
   */
  readonly activationCheckpointing: boolean;
  /** Epochs from one validation to the next; the last epoch is always validated. */
  readonly validateEvery: number;
  /** What decides which weights are the best ones; its direction is `metricDirection`. */
  readonly metric: Metric;
  /** Ends the run when so many validations in a row were no better than the best before. Absent: it has all its epochs. */
  readonly earlyStopping?: { readonly patience: number };
  /** Epochs from one `weights/epoch-N.safetensors` to the next. Absent: the best and the last weights are kept alone. */
  readonly saveEvery?: number;
  readonly evaluate: EvaluateRecipe;
  /** PCK counts a joint within this fraction of the longer side of the person's box. */
  readonly pckThreshold: number;
}

/** How validations read what the student says, and what they measure beside PCK. */
export interface EvaluateRecipe {
  /** The flip test: the mean of what it says of a crop and of its mirror image. Twice the work. */
  readonly flip: boolean;
  /** Rule by which key points are read. Absent: "quarter" for heatmaps, "argmax" for SimCC. */
  readonly decode?: HeatmapDecoding;
  /** COCO's AP and AR by object key point similarity; always where the metric is AP. */
  readonly oks: boolean;
}

/** A network by name (`modelNames` of @kindling/models; HRNet in any width), and what the name leaves open (`CreateModelOptions`). */
export interface NetworkRecipe {
  readonly model: string;
  readonly joints: number;
  /** Multiplies the channels of every hidden layer; 1 is the published network. Always 1 for `hrnet-wN`, whose name says its width. */
  readonly width: number;
  /** Stages that refine the first maps (Lightweight OpenPose). */
  readonly refinements?: number;
  /** Stages that are built, each with an exit (multi-output HRNet). */
  readonly stages?: number;
  /** Last stages that learn from their ensemble (HRNet as OKDHP branches it). */
  readonly branches?: number;
  /** Where heatmaps are made (squeezenet-hpe). */
  readonly head?: Head;
}

/** The network that is trained, and what it starts from; without weights, from the seed. */
export interface StudentRecipe extends NetworkRecipe {
  /** Weights of the backbone alone, such as ImageNet's. */
  readonly backbone?: string;
  /** Weights of the whole network to start from. */
  readonly weights?: string;
}

/** The frozen network that the student imitates. */
export interface TeacherRecipe extends NetworkRecipe {
  readonly weights: string;
  /** What its key points are, a built-in skeleton's name; default by their number. Joints are taught by name, those that it does not know not at all. */
  readonly skeleton?: string;
  /** How its heatmaps lie on the crop, for a student of SimCC, who learns their marginals. Default: unbiased. */
  readonly encoding?: HeatmapEncoding;
  /** Of its heatmaps, in cells, for a student of SimCC. Default: `data.sigma`. */
  readonly sigma?: number;
  /**
   * Parts of the teacher, `backbone`, that the student has too and has frozen: they are loaded from the teacher's weights, for both, and computed once a
   * step (DWPose's second stage).
   */
  readonly shares?: readonly string[];
  /** [height, width] of what a teacher with part affinity fields sees: the student's crop, resized. Default: that of the student. */
  readonly input?: readonly [height: number, width: number];
  /** Folder of the heatmaps that `kindling teacher-cache` made: training then runs no teacher, and reads what it gave rounded to f16. */
  readonly cache?: string;
  /** How crops become its input, where that is not as its card says: to repeat what others did, or for weights that were trained otherwise. */
  readonly normalization?: Partial<ModelCard["input"]>;
  /** What becomes of the run when the teacher finds far fewer key points than it should (`checkTeacher`). */
  readonly gate: "stop" | "warn" | "off";
  /** Persons of the validation set that it is measured on before training. */
  readonly gatePersons: number;
  /** What it should reach there, fractions 0–1. Default: what its weights file or its authors say. */
  readonly expect?: TeacherFigures;
}

/** One of several teachers. */
export interface MemberRecipe extends TeacherRecipe {
  /** What it counts in their mean, ÷ the sum of all that know the joint. */
  readonly weight: number;
}

/** How good a teacher is: PCK at the recipe's `pckThreshold`, and COCO's AP. */
export interface TeacherFigures {
  readonly pck?: number;
  readonly AP?: number;
}

/** What the networks see, and how it is cut to batches. */
export interface DataRecipe {
  readonly train: DataSetRecipe;
  /** With detected boxes in place of the annotated ones where given; then AP is measured alone. */
  readonly validation: DataSetRecipe & { readonly boxes?: DetectedBoxesRecipe };
  /** Crops fed to the networks, [height, width] in pixels. */
  readonly input: readonly [height: number, width: number];
  /** What crops show: the box widened to the input's aspect with a margin of 1.25, or the box alone, stretched over the input. */
  readonly crop: CropShape;
  /** Target heatmaps, [height, width] in cells. Default: a quarter of the input. */
  readonly heatmap: readonly [height: number, width: number];
  /** Standard deviation of the target Gaussians in heatmap cells; the default is `defaultSigma`. */
  readonly sigma: number;
  /** How key points become targets. Default: heatmaps in unbiased coding. */
  readonly codec: CodecRecipe;
  /** How networks that find all persons see images in training (codec `pafs`); validation looks at letterboxes. Default: letterboxes. */
  readonly scenes?: SceneViews;
  /** Samples of an update; see {@link Recipe.accumulate}. */
  readonly batchSize: number;
  /** Threads that decode and crop images; 0 does it in the main thread. Absent: as many as the machine can spare. The batches are the same. */
  readonly workers?: number;
  /** What changes about the crops of training, which are then made anew in every epoch: nothing can be kept of them. Validation is never augmented. */
  readonly augment: AugmentRecipe;
  /** Another augmentation for the last so many epochs. */
  readonly augmentLast?: { readonly epochs: number; readonly augment: AugmentRecipe };
  /** Only the first so many persons of each set. */
  readonly limit?: number;
  /** Trains and validates on the same first so many persons of the training set, whatever `limit` says: a test of the whole chain. */
  readonly overfit?: number;
  /** Keeps every prepared person in memory after the first epoch; for small data sets. */
  readonly cache: boolean;
}

/** How key points become the student's targets; `heatmap` and `sigma` belong to heatmaps. */
export type CodecRecipe = HeatmapCodecRecipe | SimccCodecRecipe | PafCodecRecipe;

/** Gaussians on a grid; "msra" is HRNet's coding. */
export interface HeatmapCodecRecipe {
  readonly kind: "heatmaps";
  readonly encoding: HeatmapEncoding;
  /** One weight a joint, HRNet's USE_DIFFERENT_JOINTS_WEIGHT. */
  readonly jointWeights?: readonly number[];
}

/** Vectors over x and over y, for networks such as RTMPose. */
export interface SimccCodecRecipe {
  readonly kind: "simcc";
  /** Bins a pixel; the network's own. */
  readonly splitRatio: number;
  readonly labels: SimccLabels;
  /** One weight a joint. */
  readonly jointWeights?: readonly number[];
}

/** Heatmaps of all persons of an image and fields along their limbs, for Lightweight OpenPose and its students. */
export interface PafCodecRecipe {
  readonly kind: "pafs";
  /** Standard deviation of a joint's Gaussian in pixels of the input. */
  readonly sigma: number;
  /** Half the width of a limb's field in cells. */
  readonly thickness: number;
}

/** No augmentation, a published one, or parameters. */
export type AugmentRecipe = "none" | AugmentationPreset | Augmentation;

/** A data set on disk. */
export interface DataSetRecipe extends ReadingRecipe {
  /** Annotations of any format that `readDataset` knows: a JSON file. */
  readonly data: string;
  /** Folder of the images. Default: the folder of the annotations. */
  readonly images: string;
  /** Folder of the crops that `kindling data crop` made; they are the same as those cut from the images, and sooner there. */
  readonly crops?: string;
}

/** How annotations are read, and which of their persons are learnt from or measured. */
export interface ReadingRecipe {
  /** How the file is written. Default: recognised by its contents. */
  readonly format?: AnnotationFormat;
  /** What the key points are or are mapped to: a built-in skeleton's name, or a JSON or YAML file with one. Default: the format's. */
  readonly skeleton?: string;
  /** Persons with fewer labelled key points are left out. */
  readonly minKeypoints?: number;
  /** Persons of a smaller area, in pixels², are left out. */
  readonly minArea?: number;
  /** File with an id or file name of an image a line: the others are left out. */
  readonly only?: string;
  /** One part of the images alone. */
  readonly split?: ImageSplit;
}

/** Boxes of a person detector, as HRNet's TEST.COCO_BBOX_FILE. */
export interface DetectedBoxesRecipe extends DetectedBoxChoice {
  /** COCO's results form: [{ image_id, category_id, bbox, score }]. */
  readonly file: string;
}

/** How parameters follow their gradients; every key but `kind` and `clipNorm` is PyTorch's for the optimiser of that name. */
export type OptimizerRecipe = AdamRecipe | SgdRecipe;

interface Optimizer {
  readonly learningRate: number;
  /** With `adamw` parameters shrink by learningRate · weightDecay; with the others weightDecay · parameter is added to the gradient. */
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm. Absent: no clipping. */
  readonly clipNorm?: number;
  /** Kinds of parameters without weight decay. */
  readonly noDecay?: readonly ParameterKind[];
  /** Parameters with factors of their own; those of all groups that a parameter belongs to multiply. */
  readonly groups?: readonly ParameterGroupRecipe[];
}

/** How weights are averaged over the steps: average += share · (weight − average), the share as `averagingAt` says. */
export interface EmaRecipe {
  readonly momentum: number;
  /** Steps in which a higher momentum at the start falls by e. Absent: it is the same in every step. */
  readonly gamma?: number;
}

/** Adam (Kingma, Ba 2015) or AdamW (Loshchilov, Hutter 2019), as torch.optim.Adam and AdamW. */
export interface AdamRecipe extends Optimizer {
  readonly kind: "adamw" | "adam";
  readonly betas: readonly [first: number, second: number];
  readonly epsilon: number;
}

/** Stochastic gradient descent, as torch.optim.SGD. */
export interface SgdRecipe extends Optimizer {
  readonly kind: "sgd";
  /** Share of the buffer that stays from step to step; 0 needs no buffer. */
  readonly momentum: number;
  /** The gradient enters the buffer with the factor 1 − dampening, but whole in the first step. */
  readonly dampening: number;
  /** Nesterov momentum; needs momentum and no dampening. */
  readonly nesterov: boolean;
}

/**
 * σ = 2 cells on a heatmap 64 high, in proportion on others as HRNet has it (3 at 96), rounded to a quarter;
 * at least 1, because below that the Gaussian falls between the cells and its peak says little of where it is.
 */
export function defaultSigma(heatmapHeight: number): number {
  return Math.max(1, Math.round((4 * 2 * heatmapHeight) / 64) / 4);
}
