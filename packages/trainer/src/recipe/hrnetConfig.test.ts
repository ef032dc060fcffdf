import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { learningRateAt } from "../schedules/learningRate.ts";
import { isHrnetConfig, translateHrnetConfig } from "./hrnetConfig.ts";
import { type RecipeTranslation, readRecipe } from "./readRecipe.node.ts";

/** The form of the fork's experiments, with options of every group. */
const config = (model = "", train = "", loss = ""): string => `
GPUS: (0,1)
PRINT_FREQ: 100
CUDNN: { BENCHMARK: true }
DATASET:
  DATASET: babypose
  ROOT: data/babypose/
  TRAIN_SET: train
  TEST_SET: val
  FLIP: false
  ROT_FACTOR: 40
  SCALE_FACTOR: 0.3
MODEL:
  NAME: multi_out_pose_hrnet
  NUM_JOINTS: 12
  MULTI: true
  PRETRAINED: models/pytorch/pose_coco/pose_hrnet_w32_256x192.pth
  IMAGE_SIZE: [192, 256]
  HEATMAP_SIZE: [48, 64]
  SIGMA: 2
  EXTRA: { STAGE2: { NUM_MODULES: 1, NUM_CHANNELS: [32, 64] } }
  ${model}
LOSS:
  USE_TARGET_WEIGHT: true
  USE_MSE: true
  USE_KLD: true
  KLD_COUPLES: [[1, 4], [2, 4]]
  ${loss}
TRAIN:
  BATCH_SIZE_PER_GPU: 8
  END_EPOCH: 80
  LR: 0.0005
  WD: 0.0001
  KLD_WEIGHT: 3
  TEACHER_WEIGHT: 2
  LENGTH: 40
  ${train}
TEST: { FLIP_TEST: true, POST_PROCESS: true, USE_GT_BBOX: true }
`;

async function recipeOf(
  text: string,
): Promise<{ readonly recipe: Awaited<ReturnType<typeof readRecipe>>; readonly told: RecipeTranslation[] }> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "kindling-config-")), "three_couples.yaml");
  await writeFile(file, text);
  const told: RecipeTranslation[] = [];
  return { recipe: await readRecipe(file, {}, (translation) => told.push(translation)), told };
}

test("the fork's options become the losses, weights and denominators of its code", async () => {
  const { recipe, told } = await recipeOf(config());
  expect(told).toHaveLength(1);
  expect(recipe).toMatchObject({
    name: "three_couples",
    student: {
      model: "multi-hrnet-w32",
      stages: 4,
      joints: 12,
      backbone: path.resolve("models/pytorch/pose_coco/pose_hrnet_w32_256x192.pth"),
    },
    data: {
      train: {
        data: path.resolve("data/babypose/annotations/person_keypoints_train.json"),
        images: path.resolve("data/babypose/images/train"),
      },
      input: [256, 192],
      heatmap: [64, 48],
      codec: { encoding: "msra" },
      batchSize: 16,
      augment: { scale: { range: [0.7, 1.3] }, rotation: { deviation: 40, limit: 80 }, beyond: "clip" },
    },
    optimizer: { kind: "adam", learningRate: 0.0005, weightDecay: 0 },
    schedule: { kind: "multistep", milestones: [90, 110], epochs: 80 },
    evaluate: { flip: true },
  });
  const paper = { kind: "jointsMse", normalization: "paper" };
  expect(recipe.losses).toMatchObject([
    { name: "exit4", ...paper, weight: 2 },
    { name: "exit1", ...paper, student: "student.heatmaps.1", weight: 1 },
    { name: "exit2", ...paper, student: "student.heatmaps.2", weight: 1 },
    {
      kind: "jointsKl",
      normalization: "paper",
      joints: "labelled",
      detachTeacher: false,
      couples: [
        ["student.heatmaps.1", "student.heatmaps.4"],
        ["student.heatmaps.2", "student.heatmaps.4"],
      ],
      weight: { rule: "ramp", to: 3, epochs: 40 },
    },
  ]);
  expect(recipe.data.augment).not.toHaveProperty("flip");
});

test("MPII lies in folders of its own, and without a root below the working folder", async () => {
  const { recipe, told } = await recipeOf(config().replace("babypose\n", "mpii\n").replace("ROOT: data/babypose/", ""));
  expect(recipe.data.train).toMatchObject({ data: path.resolve("annot/train.json"), images: path.resolve("images") });
  expect(recipe.metric).toBe("pck");
  expect(told[0]!.notes).toContainEqual(expect.stringMatching(/^DATASET.DATASET: mpii is measured by PCK/));
});

test("N_STAGE, MULTI, USE_MSE and USE_KLD take away what they say", async () => {
  const names = async (model: string, loss: string) =>
    (
      await recipeOf(
        config(model)
          .replace("MULTI: true", "")
          .replace(/USE_MSE[\s\S]*?KLD_COUPLES.*/, loss),
      )
    ).recipe.losses.map(({ name }) => name);
  expect(await names("", "USE_MSE: true")).toEqual(["exit4"]);
  expect(await names("MULTI: true", "KLD_COUPLES: [[1, 4]]")).toEqual(["exit4"]);
  expect(await names("MULTI: true", "KLD_COUPLES: [[1, 4]]\n  USE_KLD: true")).toEqual(["exit4", "kld"]);
  expect(await names("MULTI: true\n  N_STAGE: 2", "KLD_COUPLES: [[1, 2]]\n  USE_MSE: true")).toEqual(["exit2", "exit1"]);
});

test("custom learning rates are the fork's lambda in every epoch", async () => {
  const { recipe } = await recipeOf(config("", "LR_TYPE: custom\n  LR_FACTOR: 0.2\n  DECAY_START: 10\n  DECAY_STEP: 5"));
  for (let epoch = 0; epoch < 80; epoch++) {
    const factor = epoch <= 10 ? 1 : Math.exp(-0.2 * (1 + Math.floor((epoch - 10) / 5)));
    expect(learningRateAt(recipe.schedule, 1, epoch * 7, 7)).toBeCloseTo(factor, 12);
  }
});

test("what is not supported is named, one sentence an option, and how that program runs is passed over", async () => {
  const text = config("SOMETHING: 3", "", "USE_OHKM: true\n  TOPK: 8").replace("FLIP_TEST: true", "FLIP_TEST: true, SHIFT_HEATMAP: false");
  const { told } = await recipeOf(text);
  expect(told[0]!.notes).toEqual([
    expect.stringMatching(/^MODEL.PRETRAINED: /),
    expect.stringMatching(/^TEST.SHIFT_HEATMAP: /),
    expect.stringMatching(/^TRAIN.WD: /),
    "MODEL.SOMETHING: 3 is not supported and left out",
    "LOSS.USE_OHKM: true is not supported and left out",
    "LOSS.TOPK: 8 is not supported and left out",
  ]);
});

test.each([
  [config().replace("multi_out_pose_hrnet", "pose_resnet"), /three_couples.yaml: MODEL.NAME: .* got pose_resnet/],
  [config().replace("[[1, 4], [2, 4]]", "[[4, 1]]"), /KLD_COUPLES: \[4, 1\] is no couple/],
  [config().replace("[32, 64]", "[32, 32]"), /STAGE2.NUM_CHANNELS: HRNet-W32 has 32,64; got 32,32/],
  [config().replace("LENGTH: 40", "LENGTH: long"), /TRAIN.LENGTH: expected a number; got "long"/],
])("a configuration that cannot be run is refused", async (text, message) => {
  await expect(recipeOf(text)).rejects.toThrow(message);
});

test("a recipe of ours is not taken for one of theirs", () => {
  expect(isHrnetConfig({ name: "a", student: {}, data: {} })).toBe(false);
  expect(isHrnetConfig(parse(config()))).toBe(true);
  expect(() => translateHrnetConfig({ MODEL: {}, TRAIN: {}, DATASET: {} }, "bare")).not.toThrow();
});
