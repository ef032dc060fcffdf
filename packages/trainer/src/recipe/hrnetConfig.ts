import { ConfigReader } from "./configReader.ts";
import { hrnetLosses } from "./hrnetLosses.ts";
import { hrnetSchedule } from "./hrnetSchedule.ts";
import { RecipeError } from "./recipeError.ts";

/** A recipe that was written for another program, as ours. */
export interface TranslatedConfig {
  /** What `recipeSchema` reads. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** One sentence for each option that is not supported, or does something else here. */
  readonly notes: readonly string[];
}

/** Whether a YAML document is a configuration of HRNet's code, by its capital keys. */
export function isHrnetConfig(content: unknown): content is Readonly<Record<string, unknown>> {
  return isGroup(content) && ["MODEL", "TRAIN", "DATASET"].every((key) => isGroup(content[key]));
}

/**
 * A configuration of github.com/leoxiaobin/deep-high-resolution-net.pytorch (lib/config/default.py), or of its fork that distils online between stages
 * (multi_out_pose_hrnet: N_STAGE, MULTI, USE_MSE, USE_KLD, KLD_COUPLES, KLD_WEIGHT, TEACHER_WEIGHT, LENGTH), as a recipe with the same losses and
 * denominators. Its relative paths count from the working folder, as they do there.
 * @throws RecipeError for a network or a target that there is not, or a value of a wrong type.
 */
export function translateHrnetConfig(content: Readonly<Record<string, unknown>>, name: string): TranslatedConfig {
  const options = new ConfigReader(content);
  const notes: string[] = [];
  options.skip(machineOptions);
  const [width, height] = pairOf(options, "MODEL.IMAGE_SIZE", [256, 256]);
  const [cellsAcross, cellsDown] = pairOf(options, "MODEL.HEATMAP_SIZE", [64, 64]);
  if (options.text("MODEL.TARGET_TYPE", "gaussian") !== "gaussian") throw new RecipeError("MODEL.TARGET_TYPE: only gaussian is there");
  const student = studentOf(options, notes);
  const dataSet = options.text("DATASET.DATASET", "mpii");
  const jointWeights = options.flag("LOSS.USE_DIFFERENT_JOINTS_WEIGHT", false) ? { jointWeights: cocoJointWeights } : {};
  if (!options.flag("LOSS.USE_TARGET_WEIGHT", true)) notes.push("LOSS.USE_TARGET_WEIGHT: joints without a label are left out all the same");
  if (!options.flag("DATASET.COLOR_RGB", true)) notes.push("DATASET.COLOR_RGB: HRNet is fed with RGB, as its published weights are");
  if (!options.flag("TEST.SHIFT_HEATMAP", true)) notes.push("TEST.SHIFT_HEATMAP: the maps of mirrored crops are shifted all the same");
  if (dataSet === "mpii") notes.push("DATASET.DATASET: mpii is measured by PCK of the person's box, not by PCKh of the head");
  const set = (key: string, otherwise: string) => setOf(options, dataSet, options.text(key, otherwise));
  if (!options.flag("TEST.USE_GT_BBOX", false)) notes.push("TEST.USE_GT_BBOX: validation looks at annotated boxes, not at a detector's");
  const recipe = {
    name,
    seed: 1,
    student,
    data: {
      train: set("DATASET.TRAIN_SET", "train"),
      validation: set("DATASET.TEST_SET", "valid"),
      input: [height, width],
      heatmap: [cellsDown, cellsAcross],
      sigma: options.number("MODEL.SIGMA", 2),
      codec: { kind: "heatmaps", encoding: "msra", ...jointWeights },
      batchSize: options.number("TRAIN.BATCH_SIZE_PER_GPU", 32) * gpusOf(content.GPUS),
      augment: augmentationOf(options),
    },
    losses: hrnetLosses(options, student),
    optimizer: optimizerOf(options, notes),
    schedule: hrnetSchedule(options),
    evaluate: { flip: options.flag("TEST.FLIP_TEST", false), ...(options.flag("TEST.POST_PROCESS", false) ? {} : { decode: "argmax" }) },
    metric: dataSet === "mpii" ? "pck" : "AP",
  };
  return { recipe, notes: [...notes, ...options.unread().map((option) => `${option} is not supported and left out`)] };
}

/** How that program runs, not what it trains; and thresholds for a detector's boxes, which the sentence about them covers. */
const machineOptions = [
  ...["GPUS", "WORKERS", "PRINT_FREQ", "AUTO_RESUME", "PIN_MEMORY", "RANK", "OUTPUT_DIR", "LOG_DIR", "DATA_DIR", "CUDNN", "DEBUG"],
  ...["DATASET.DATA_FORMAT", "TRAIN.SHUFFLE", "TRAIN.RESUME", "TRAIN.CHECKPOINT", "TRAIN.BEGIN_EPOCH", "TRAIN.GAMMA1", "TRAIN.GAMMA2"],
  ...["TEST.BATCH_SIZE_PER_GPU", "TEST.MODEL_FILE", "TEST.COCO_BBOX_FILE", "TEST.BBOX_THRE", "TEST.IMAGE_THRE"],
  ...[
    "TEST.NMS_THRE",
    "TEST.OKS_THRE",
    "TEST.IN_VIS_THRE",
    "TEST.SOFT_NMS",
    "MODEL.TAG_PER_JOINT",
    "MODEL.STYLE",
    "MODEL.EXTRA.PRETRAINED_LAYERS",
  ],
];

const cocoJointWeights = [1, 1, 1, 1, 1, 1, 1, 1.2, 1.2, 1.5, 1.5, 1, 1, 1.2, 1.2, 1.5, 1.5];

function studentOf(options: ConfigReader, notes: string[]): { readonly model: string; readonly stages?: number; readonly joints: number } {
  const kind = options.text("MODEL.NAME", "pose_hrnet");
  const isMulti = kind === "multi_out_pose_hrnet";
  if (!isMulti && kind !== "pose_hrnet") throw new RecipeError(`MODEL.NAME: expected pose_hrnet or multi_out_pose_hrnet; got ${kind}`);
  const [width = 32] = options.numbers("MODEL.EXTRA.STAGE2.NUM_CHANNELS", [32, 64]);
  for (const [stage, modules] of [1, 4, 3].entries()) {
    const at = `MODEL.EXTRA.STAGE${stage + 2}`;
    const branches = stage + 2;
    const list = (value: (branch: number) => number) => Array.from({ length: branches }, (_, branch) => value(branch));
    const built = {
      NUM_MODULES: [options.number(`${at}.NUM_MODULES`, modules), modules],
      NUM_BRANCHES: [options.number(`${at}.NUM_BRANCHES`, branches), branches],
      NUM_BLOCKS: [
        options.numbers(
          `${at}.NUM_BLOCKS`,
          list(() => 4),
        ),
        list(() => 4),
      ],
      NUM_CHANNELS: [
        options.numbers(
          `${at}.NUM_CHANNELS`,
          list((branch) => width * 2 ** branch),
        ),
        list((branch) => width * 2 ** branch),
      ],
      BLOCK: [options.text(`${at}.BLOCK`, "BASIC"), "BASIC"],
      FUSE_METHOD: [options.text(`${at}.FUSE_METHOD`, "SUM"), "SUM"],
    };
    for (const [option, [got, there]] of Object.entries(built)) {
      if (String(got) !== String(there)) throw new RecipeError(`${at}.${option}: HRNet-W${width} has ${there}; got ${got}`);
    }
  }
  if (options.number("MODEL.EXTRA.FINAL_CONV_KERNEL", 1) !== 1) throw new RecipeError("MODEL.EXTRA.FINAL_CONV_KERNEL: only 1 is there");
  const pretrained = options.text("MODEL.PRETRAINED", "");
  const starts = options.flag("MODEL.INIT_WEIGHTS", true) && pretrained !== "";
  if (starts) notes.push("MODEL.PRETRAINED: the layers below the heads start from it, the heads from the seed");
  const stages = options.number("MODEL.N_STAGE", 4);
  return {
    model: `${isMulti ? "multi-" : ""}hrnet-w${width}`,
    ...(isMulti ? { stages } : {}),
    joints: options.number("MODEL.NUM_JOINTS", 17),
    ...(starts ? { backbone: pretrained } : {}),
  };
}

/** MPII's folders, or COCO's, which the fork's data have too. */
function setOf(options: ConfigReader, dataSet: string, set: string): { readonly data: string; readonly images: string } {
  const root = options.text("DATASET.ROOT", "").replace(/\/+$/, "") || ".";
  if (dataSet === "mpii") return { data: `${root}/annot/${set}.json`, images: `${root}/images` };
  return { data: `${root}/annotations/person_keypoints_${set}.json`, images: `${root}/images/${set}` };
}

function augmentationOf(options: ConfigReader): Readonly<Record<string, unknown>> {
  const scale = options.number("DATASET.SCALE_FACTOR", 0.25);
  const rotation = options.number("DATASET.ROT_FACTOR", 30);
  const halfBody = options.number("DATASET.PROB_HALF_BODY", 0);
  const joints = options.number("DATASET.NUM_JOINTS_HALF_BODY", 8) + 1; // it asks for more than so many
  return {
    ...(options.flag("DATASET.FLIP", true) ? { flip: 0.5 } : {}),
    ...(halfBody > 0 ? { halfBody: { probability: halfBody, joints, upper: 0.69146 } } : {}),
    scale: { probability: 1, range: [1 - scale, 1 + scale] },
    ...(rotation > 0 ? { rotation: { probability: 0.6, deviation: rotation, limit: 2 * rotation } } : {}),
    beyond: "clip",
  };
}

function optimizerOf(options: ConfigReader, notes: string[]): Readonly<Record<string, unknown>> {
  const kind = options.text("TRAIN.OPTIMIZER", "adam");
  const learningRate = options.number("TRAIN.LR", 0.001);
  const weightDecay = options.number("TRAIN.WD", 0.0001);
  const momentum = options.number("TRAIN.MOMENTUM", 0.9);
  const nesterov = options.flag("TRAIN.NESTEROV", false);
  if (kind === "sgd") return { kind, learningRate, momentum, nesterov, weightDecay };
  if (kind !== "adam") throw new RecipeError(`TRAIN.OPTIMIZER: expected adam or sgd; got ${kind}`);
  if (options.has("TRAIN.WD") && weightDecay > 0)
    notes.push("TRAIN.WD: that program gives Adam no weight decay, and so does the translation");
  return { kind, learningRate, weightDecay: 0 };
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `(0,1,2,3)` is a text in YAML. */
function gpusOf(gpus: unknown): number {
  return Math.max(1, JSON.stringify(gpus ?? 0).match(/\d+/g)?.length ?? 1);
}

function pairOf(options: ConfigReader, path: string, otherwise: readonly [number, number]): readonly [number, number] {
  const [first, second, ...more] = options.numbers(path, otherwise);
  if (first === undefined || second === undefined || more.length > 0) throw new RecipeError(`${path}: expected [width, height]`);
  return [first, second];
}
