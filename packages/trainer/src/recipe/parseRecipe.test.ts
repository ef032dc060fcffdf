import { expect, test } from "vitest";
import { parseRecipe } from "./parseRecipe.ts";
import { RecipeError } from "./recipeError.ts";
import { recipeToYaml } from "./recipeToYaml.ts";

const lines = [
  "name: kd",
  "seed: 1",
  "student: { model: squeezenet-hpe, backbone: squeezenet.safetensors }",
  "teacher: { model: hrnet-w48, weights: /weights/hrnet.pth }",
  "data:",
  "  train: { data: annotations/train.json, images: train2017 }",
  "  validation: { data: annotations/val.json }",
  "  input: [384, 288]",
  "  batchSize: 128",
  "losses:",
  "  - { name: gt, kind: adaptiveWing }",
  "  - { name: kd, kind: spatialKl, temperature: 4 }",
  "optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 1e-4 }",
  "schedule: { kind: warmupCosine, warmupEpochs: 5, epochs: 30 }",
];
const text = lines.join("\n");
/** The recipe with one line replaced (`""` removes it). */
const withLine = (line: number, replacement: string): string => lines.map((old, i) => (i === line - 1 ? replacement : old)).join("\n");

function mistake(content: string, overrides: Record<string, string> = {}): string {
  try {
    parseRecipe(content, "/r/kd.yaml", overrides, "/here");
  } catch (error) {
    expect(error).toBeInstanceOf(RecipeError);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  return "accepted";
}

test("defaults are filled in and paths count from the recipe's folder", () => {
  expect(parseRecipe(text, "/r/kd.yaml")).toEqual({
    name: "kd",
    seed: 1,
    student: { model: "squeezenet-hpe", joints: 17, width: 1, backbone: "/r/squeezenet.safetensors" },
    teacher: { model: "hrnet-w48", joints: 17, width: 1, weights: "/weights/hrnet.pth", gate: "stop", gatePersons: 100 },
    data: {
      train: { data: "/r/annotations/train.json", images: "/r/train2017" },
      validation: { data: "/r/annotations/val.json", images: "/r/annotations" },
      input: [384, 288],
      crop: "padded",
      heatmap: [96, 72],
      sigma: 3,
      codec: { kind: "heatmaps", encoding: "unbiased" },
      batchSize: 128,
      augment: "none",
      cache: false,
    },
    losses: [
      { name: "gt", kind: "adaptiveWing", against: "groundTruth", weight: 1, normalization: "joint", joints: "all" },
      { name: "kd", kind: "spatialKl", temperature: 4, logitScale: 1, weight: 1, normalization: "joint", joints: "all" },
    ],
    weighting: { kind: "fixed" },
    gradientShares: "epoch",
    optimizer: { kind: "adamw", learningRate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 1e-4 },
    schedule: { kind: "warmupCosine", warmupEpochs: 5, epochs: 30, update: "epoch" },
    precision: "f32",
    accumulate: 1,
    activationCheckpointing: false,
    validateEvery: 1,
    evaluate: { flip: false, oks: false },
    metric: "pck",
    pckThreshold: 0.1,
  });
});

test.each([
  [
    "{ kind: adam, learningRate: 1, weightDecay: 0 }",
    { kind: "adam", betas: [0.9, 0.999], epsilon: 1e-8, learningRate: 1, weightDecay: 0 },
  ],
  [
    "{ kind: sgd, learningRate: 1, weightDecay: 0, clipNorm: 2 }",
    { kind: "sgd", momentum: 0, dampening: 0, nesterov: false, learningRate: 1, weightDecay: 0, clipNorm: 2 },
  ],
])("an optimiser %s has PyTorch's defaults, and is the same when written out and read back", (optimizer, expected) => {
  const recipe = parseRecipe(withLine(13, `optimizer: ${optimizer}`), "/r/kd.yaml");
  expect(recipe.optimizer).toEqual(expected);
  expect(parseRecipe(recipeToYaml(recipe), "/elsewhere/recipe.yaml")).toEqual(recipe);
});

test("overrides reach any depth, short names included, and their paths count from the working folder", () => {
  const recipe = parseRecipe(
    text,
    "/r/kd.yaml",
    {
      epochs: "3",
      "schedule.warmupEpochs": "1",
      batchSize: "8",
      seed: "7",
      "losses.1.weight": "{ rule: linear, from: 0.9, to: 0.5 }",
      "data.train.data": "mini.json",
      "optimizer.learningRate": "5e-4",
      "data.overfit": "8",
    },
    "/here",
  );
  expect(recipe.schedule).toMatchObject({ epochs: 3, warmupEpochs: 1 });
  expect(recipe.data).toMatchObject({ batchSize: 8, overfit: 8, train: { data: "/here/mini.json", images: "/r/train2017" } });
  expect(recipe).toMatchObject({ seed: 7, optimizer: { learningRate: 5e-4 } });
  expect(recipe.losses[1]!.weight).toEqual({ rule: "linear", from: 0.9, to: 0.5 });
});

test("folders of crops and of a teacher's heatmaps count from where they are written, and are kept in the recipe written out", () => {
  const changes = { "teacher.cache": "heatmaps", "data.train.crops": "/c", "data.validation.crops": "../crops" };
  const recipe = parseRecipe(text, "/r/kd.yaml", changes, "/here");
  expect(recipe.teacher?.cache).toBe("/here/heatmaps");
  expect(recipe.data).toMatchObject({ train: { crops: "/c" }, validation: { crops: "/crops" } });
  expect(parseRecipe(recipeToYaml(recipe), "/elsewhere/recipe.yaml")).toEqual(recipe);
  const written = parseRecipe(withLine(6, "  train: { data: train.json, images: train2017, crops: crops }"), "/r/kd.yaml");
  expect(written.data.train.crops).toBe("/r/crops");
});

test("epochs=+50 adds to the recipe's epochs", () => {
  expect(parseRecipe(text, "/r/kd.yaml", { epochs: "+50" }).schedule.epochs).toBe(80);
});

test("a recipe written out and read back is the same, and its text does not depend on the order of keys", () => {
  const recipe = parseRecipe(text, "/r/kd.yaml", { "optimizer.clipNorm": "1", "losses.1.weight": "{ rule: cosine, from: 1, to: 0 }" });
  const yaml = recipeToYaml(recipe);
  expect(parseRecipe(yaml, "/elsewhere/recipe.yaml")).toEqual(recipe);
  const reversed = Object.fromEntries(Object.entries(recipe).reverse()) as unknown as typeof recipe;
  expect(recipeToYaml(reversed)).toBe(yaml);
  expect(yaml).toContain("  - { name: kd, ");
});

test.each([
  ["a misspelt key", withLine(10, "lossess:"), "/r/kd.yaml:10: lossess: there is no such key; did you mean losses?"],
  [
    "a misspelt key inside",
    withLine(9, "  batch_size: 128"),
    "/r/kd.yaml:9: data.batch_size: there is no such key; did you mean batchSize?",
  ],
  [
    "a key of another place",
    withLine(2, "seed: 1\nlearningRate: 1"),
    "/r/kd.yaml:3: learningRate: there is no such key; did you mean optimizer.learningRate?",
  ],
  [
    "a key of another loss",
    withLine(11, "  - { name: gt, kind: mse, temperature: 4 }"),
    "/r/kd.yaml:11: losses[0].temperature: kind mse has no such key; known are name, weight, normalization, joints, student, teacher, kind, against, confidence",
  ],
  [
    "a key of another optimiser",
    withLine(13, "optimizer: { kind: adam, learningRate: 1e-3, weightDecay: 0, momentum: 0.9 }"),
    "/r/kd.yaml:13: optimizer.momentum: kind adam has no such key; known are kind, learningRate, betas, epsilon, weightDecay, clipNorm, noDecay, groups",
  ],
  [
    "a misspelt key of an optimiser",
    withLine(13, "optimizer: { kind: sgd, learningRate: 0.1, weightDecay: 0, momentun: 0.9 }"),
    "/r/kd.yaml:13: optimizer.momentun: there is no such key; did you mean momentum?",
  ],
  [
    "an unknown optimiser",
    withLine(13, "optimizer: { kind: adamW, learningRate: 0.1 }"),
    '/r/kd.yaml:13: optimizer.kind: expected adamw, adam or sgd; got "adamW"; did you mean adamw?',
  ],
  [
    "an optimiser without weight decay",
    withLine(13, "optimizer: { kind: sgd, learningRate: 0.1 }"),
    "/r/kd.yaml:13: optimizer.weightDecay is missing; expected a number",
  ],
  [
    "a momentum of one",
    withLine(13, "optimizer: { kind: sgd, learningRate: 0.1, weightDecay: 0, momentum: 1 }"),
    "/r/kd.yaml:13: optimizer.momentum: expected a number below 1; got 1",
  ],
  ["a missing key", withLine(2, ""), "/r/kd.yaml: seed is missing; expected a number"],
  ["a missing key inside", withLine(9, "  workers: 1"), "/r/kd.yaml:5: data.batchSize is missing; expected a number"],
  ["a negative batch", withLine(9, "  batchSize: -4"), "/r/kd.yaml:9: data.batchSize: expected a number at least 1; got -4"],
  ["a text for a number", withLine(9, "  batchSize: many"), '/r/kd.yaml:9: data.batchSize: expected a number; got "many"'],
  ["a broken number", withLine(2, "seed: 1.5"), "/r/kd.yaml:2: seed: expected a whole number; got 1.5"],
  [
    "an unknown loss",
    withLine(12, "  - { name: kd, kind: spatialKL }"),
    '/r/kd.yaml:12: losses[1].kind: expected adaptiveWing, mse, jointsMse, smoothL1, ohkm, spatialKl, jointsKl, simccKl, maskedL2, feature, channelWiseKl, attentionTransfer, relationalDistance or relationalAngle; got "spatialKL"; did you mean spatialKl?',
  ],
  [
    "a loss without kind",
    withLine(12, "  - { name: kd }"),
    "/r/kd.yaml:12: losses[1].kind is missing; expected adaptiveWing, mse, jointsMse, smoothL1, ohkm, spatialKl, jointsKl, simccKl, maskedL2, feature, channelWiseKl, attentionTransfer, relationalDistance or relationalAngle",
  ],
  ["an unknown precision", `${text}\nprecision: fp16`, '/r/kd.yaml:15: precision: expected f32 or f16; got "fp16"; did you mean f16?'],
  [
    "a negative weight",
    withLine(11, "  - { name: gt, kind: mse, weight: -1 }"),
    "/r/kd.yaml:11: losses[0].weight: expected a number at least 0; got -1",
  ],
  [
    "a weight of the wrong type",
    withLine(11, "  - { name: gt, kind: mse, weight: high }"),
    '/r/kd.yaml:11: losses[0].weight: expected a number of at least 0, or a rule such as { rule: linear, from, to }; got "high"',
  ],
  [
    "a weight of an unknown rule",
    withLine(11, "  - { name: gt, kind: mse, weight: { rule: cosin, from: 1, to: 0 } }"),
    '/r/kd.yaml:11: losses[0].weight.rule: expected linear, cosine, step, decay, ramp or complement; got "cosin"; did you mean cosine?',
  ],
  [
    "a weight with a misspelt key",
    withLine(11, "  - { name: gt, kind: mse, weight: { rule: linear, form: 1, to: 0 } }"),
    "/r/kd.yaml:11: losses[0].weight.form: there is no such key; did you mean from?",
  ],
  [
    "an unknown network",
    withLine(3, "student: { model: resnet50 }"),
    '/r/kd.yaml:3: student.model: no model is named "resnet50"; the nearest is hrnet-w8',
  ],
  [
    "a network that the codec does not fit",
    withLine(3, "student: { model: rtmpose-m }"),
    "/r/kd.yaml:5: data.codec: heatmaps does not fit rtmpose-m, which puts out simcc_x and simcc_y",
  ],
  [
    "a loss named as the gradient's norm is",
    withLine(11, "  - { name: norm, kind: mse }"),
    '/r/kd.yaml:11: losses[0].name: expected a word of letters, digits, _ and -, other than total, norm, lossScale and finite; got "norm"',
  ],
  [
    "a loss named as the loss scale is",
    withLine(11, "  - { name: lossScale, kind: mse }"),
    '/r/kd.yaml:11: losses[0].name: expected a word of letters, digits, _ and -, other than total, norm, lossScale and finite; got "lossScale"',
  ],
  [
    "an unknown format",
    withLine(6, "  train: { data: t.json, format: cocco }"),
    '/r/kd.yaml:6: data.train.format: expected mpii, coco, cocoWholebody, halpe, crowdpose, aic, ochuman, jhmdb, lsp, humanArt, humanArt21 or babyPose; got "cocco"; did you mean coco?',
  ],
  [
    "boxes to train on",
    withLine(6, "  train: { data: t.json, boxes: { file: boxes.json } }"),
    "/r/kd.yaml:6: data.train.boxes: there is no such key; known are data, images, crops, format, skeleton, minKeypoints, minArea, only, split",
  ],
  ["one size for two", withLine(8, "  input: 384"), "/r/kd.yaml:8: data.input: expected a list of two numbers; got 384"],
  ["three sizes for two", withLine(8, "  input: [384, 288, 3]"), "/r/kd.yaml:8: data.input: expected a list of at most 2; got [384,288,3]"],
  ["a size of zero", withLine(8, "  input: [384, 0]"), "/r/kd.yaml:8: data.input[1]: expected a number at least 1; got 0"],
  [
    "no losses",
    lines
      .filter((_, i) => i !== 10 && i !== 11)
      .join("\n")
      .replace("losses:", "losses: []"),
    "/r/kd.yaml:10: losses: expected a list of at least 1; got []",
  ],
  [
    "an alias of nothing",
    withLine(2, "seed: *x"),
    "/r/kd.yaml: the recipe is no valid YAML: Unresolved alias (the anchor must be set before the alias): x",
  ],
  ["a text that is no mapping", "hello", "/r/kd.yaml:1: a recipe is a mapping of keys to values"],
  ["an empty file", "", "/r/kd.yaml:1: a recipe is a mapping of keys to values"],
  ["a key twice", withLine(2, "name: other"), "/r/kd.yaml:2: the recipe is no valid YAML: Map keys must be unique"],
])("%s is refused with one sentence", (_, content, message) => {
  expect(mistake(content)).toBe(message);
});

test.each([
  ["a loss without its teacher", withLine(4, ""), "/r/kd.yaml:12: losses[1] (kd) compares with the teacher, but the recipe has no teacher"],
  [
    "a cached teacher whose inside is looked at",
    withLine(12, "  - { name: f, kind: feature, student: student.a, teacher: teacher.layer1.out, adapter: none }").replace(
      "hrnet.pth }",
      "hrnet.pth, cache: heatmaps }",
    ),
    "/r/kd.yaml:4: teacher.cache: losses[1] (f) compares with teacher.layer1.out, and the cache holds the teacher's heatmaps alone; remove one of the two",
  ],
  [
    "a teacher that nothing looks at",
    withLine(12, ""),
    "/r/kd.yaml:4: teacher: no loss compares with the teacher; add one or remove the teacher",
  ],
  [
    "another number of joints",
    withLine(4, "teacher: { model: hrnet-w48, joints: 16, weights: a }"),
    "/r/kd.yaml:12: losses[1] (kd) compares heatmaps joint by joint, but the student has 17 joints and the teacher 16",
  ],
  [
    "two losses of one name",
    withLine(12, "  - { name: gt, kind: spatialKl, temperature: 4 }"),
    "/r/kd.yaml:12: losses[1].name: gt is already the name of losses[0]",
  ],
  [
    "a complement of nothing",
    withLine(11, "  - { name: gt, kind: mse, weight: { rule: complement, of: kl } }"),
    "/r/kd.yaml:11: losses[0].weight: the complement is of kl, and no loss has this name",
  ],
  [
    "a complement of itself",
    withLine(11, "  - { name: gt, kind: mse, weight: { rule: complement, of: gt } }"),
    "/r/kd.yaml:11: losses[0].weight: the complement is of gt, whose weight is a complement itself",
  ],
  [
    "heatmaps that do not divide the input",
    withLine(9, "  batchSize: 1\n  heatmap: [100, 72]"),
    "/r/kd.yaml:10: data.heatmap: 100 cells must divide the input's height of 384 pixels",
  ],
  [
    "targets that the network does not put out",
    withLine(9, "  batchSize: 1\n  codec: { kind: simcc }"),
    "/r/kd.yaml:10: data.codec: simcc does not fit squeezenet-hpe, which puts out heatmaps",
  ],
  [
    "scenes for a network of one person",
    withLine(9, "  batchSize: 1\n  scenes: { kind: letterbox }"),
    "/r/kd.yaml:10: data.scenes: is for codec pafs; got codec heatmaps",
  ],
  [
    "a teacher's own input beside heatmaps",
    withLine(4, "teacher: { model: hrnet-w48, joints: 17, weights: a, input: [64, 64] }"),
    "/r/kd.yaml:4: teacher.input: is for codec pafs; got codec heatmaps",
  ],
  [
    "fields of a network that has none",
    withLine(11, "  - { name: gt, kind: maskedL2 }"),
    "/r/kd.yaml:11: losses[0] (gt) compares heatmaps and fields, but the student squeezenet-hpe puts out heatmaps",
  ],
  [
    "a rule for other outputs",
    `${text}\nevaluate: { decode: darkness }`,
    '/r/kd.yaml:15: evaluate.decode: expected argmax, quarter, mmpose, dark, dark-udp, integral or megvii; got "darkness"',
  ],
  [
    "weights of other joints",
    withLine(9, "  batchSize: 1\n  codec: { kind: heatmaps, jointWeights: [1, 1.5] }"),
    "/r/kd.yaml:10: data.codec.jointWeights: needs a weight for each of the 17 joints; got 2",
  ],
  [
    "a batch that has no so many equal parts",
    `${text}\naccumulate: 7`,
    "/r/kd.yaml:15: accumulate: a batchSize of 128 has no 7 equal parts; expected a divisor of it, such as 8",
  ],
  [
    "an input that four does not divide",
    withLine(8, "  input: [384, 290]"),
    "/r/kd.yaml:5: data.heatmap: 72 cells must divide the input's width of 290 pixels",
  ],
  [
    "cells that are not square",
    withLine(9, "  batchSize: 1\n  heatmap: [96, 36]"),
    "/r/kd.yaml:10: data.heatmap: 96 × 36 cells of an input of 384 × 288 are not square",
  ],
  [
    "a warm-up longer than the run",
    withLine(14, "schedule: { kind: warmupCosine, warmupEpochs: 5, epochs: 3 }"),
    "/r/kd.yaml:14: schedule.warmupEpochs: the warm-up must not be longer than the 3 epochs of the run; got 5",
  ],
  [
    "Nesterov without momentum",
    withLine(13, "optimizer: { kind: sgd, learningRate: 0.1, weightDecay: 0, nesterov: true }"),
    "/r/kd.yaml:13: optimizer.nesterov: Nesterov momentum needs a momentum above 0 and no dampening; got momentum 0, dampening 0",
  ],
  [
    "Nesterov with dampening",
    withLine(13, "optimizer: { kind: sgd, learningRate: 0.1, weightDecay: 0, momentum: 0.9, dampening: 0.1, nesterov: true }"),
    "/r/kd.yaml:13: optimizer.nesterov: Nesterov momentum needs a momentum above 0 and no dampening; got momentum 0.9, dampening 0.1",
  ],
  [
    "dampening without momentum",
    withLine(13, "optimizer: { kind: sgd, learningRate: 0.1, weightDecay: 0, dampening: 0.5 }"),
    "/r/kd.yaml:13: optimizer.dampening: there is no momentum to dampen; got dampening 0.5",
  ],
  [
    "a metric that nothing measures",
    `${withLine(11, "")}\nmetric: loss`,
    "/r/kd.yaml:15: metric: loss is measured against the ground truth, which no loss looks at; use pck, or add such a loss",
  ],
  [
    "detected boxes where something else than AP is measured",
    withLine(7, "  validation: { data: v.json, boxes: { file: boxes.json } }"),
    "/r/kd.yaml:7: data.validation.boxes: detected boxes have no key points to compare with, so that AP alone is measured; set metric: AP",
  ],
  [
    "detected boxes and crops of annotated ones",
    `${withLine(7, "  validation: { data: v.json, crops: crops, boxes: { file: boxes.json } }")}\nmetric: AP`,
    "/r/kd.yaml:7: data.validation.boxes: the stored crops are of annotated boxes; remove boxes or crops",
  ],
  [
    "two widths",
    withLine(4, "teacher: { model: hrnet-w8, width: 2, weights: a }"),
    "/r/kd.yaml:4: teacher.width: hrnet-w8: this network has its width in its name; choose another N instead of width 2",
  ],
])("%s is a disagreement with its line", (_, content, message) => {
  expect(mistake(content)).toBe(message);
});

test("paths of a data set's keys count from the recipe's folder, a skeleton's name is no path", () => {
  const set = "{ data: t.json, only: few.txt, skeleton: own/dog.yaml, split: { part: training, validation: 0.1 } }";
  const { data } = parseRecipe(withLine(6, `  train: ${set}`), "/r/kd.yaml");
  expect(data.train).toEqual({
    data: "/r/t.json",
    images: "/r",
    only: "/r/few.txt",
    skeleton: "/r/own/dog.yaml",
    split: { part: "training", validation: 0.1, seed: 1 },
  });
  expect(parseRecipe(withLine(6, "  train: { data: t.json, skeleton: lsp14 }"), "/r/kd.yaml").data.train.skeleton).toBe("lsp14");
  const boxes = `${withLine(7, "  validation: { data: v.json, boxes: { file: boxes.json } }")}\nmetric: AP`;
  expect(parseRecipe(boxes, "/r/kd.yaml").data.validation.boxes).toEqual({ file: "/r/boxes.json" });
});

test.each([
  [{ bacthSize: "8" }, "command line (bacthSize=8): bacthSize: there is no such key; did you mean data.batchSize?"],
  [
    { "optimizer.lerningRate": "1" },
    "command line (optimizer.lerningRate=1): optimizer.lerningRate: there is no such key; did you mean learningRate?",
  ],
  [{ batchSize: "-1" }, "command line (batchSize=-1): data.batchSize: expected a number at least 1; got -1"],
  [{ "losses.2.weight": "1" }, "command line: losses.2.weight=1: losses is a list of 2; got 2"],
  [{ "name.x": "1" }, "command line: name.x=1: name holds no keys; got x"],
  [{ seed: "[1" }, "command line: seed=[1: the value is no YAML"],
  [{ epochs: "+x" }, 'command line (epochs=+x): schedule.epochs: expected a number; got "+x"'],
])("an override %o that is wrong is named as it was typed", (overrides, message) => {
  expect(mistake(text, overrides as unknown as Record<string, string>)).toBe(message);
});

test("networks that find all persons have their codec, an eighth of the input as cells, and losses of their own", () => {
  const recipe = (data: string, loss = "{ name: gt, kind: maskedL2 }"): string =>
    `name: a
seed: 1
student: { model: openpose-tiny, joints: 18 }
data: { train: { data: a.json }, validation: { data: b.json }, input: [64, 48], batchSize: 2${data} }
losses: [${loss}]
optimizer: { kind: adam, learningRate: 1, weightDecay: 0 }
schedule: { kind: constant, epochs: 1 }`;
  const parsed = parseRecipe(recipe(", codec: { kind: pafs }, scenes: { kind: crops }"), "/r/kd.yaml");
  expect(parsed.data).toMatchObject({
    heatmap: [8, 6],
    codec: { kind: "pafs", sigma: 7, thickness: 1 },
    scenes: { scale: [0.5, 1.1], flip: 0.5 },
  });
  expect(parsed.losses).toEqual([
    { name: "gt", kind: "maskedL2", weight: 1, against: "groundTruth", maps: "both", normalization: "joint" },
  ]);
  expect(mistake(recipe(""))).toContain("data.codec: heatmaps does not fit openpose-tiny, which puts out heatmaps.1 and pafs.1");
  expect(mistake(recipe(", codec: { kind: pafs }", "{ name: gt, kind: mse }"))).toContain(
    "the student openpose-tiny puts out heatmaps and fields",
  );
  expect(mistake(recipe(", codec: { kind: pafs }, scenes: { kind: crops }, cache: true"))).toContain(
    "data.cache: keeps what was made of an image",
  );
  expect(mistake(recipe(", codec: { kind: pafs }, augment: hrnet"))).toContain("data.augment: changes crops of one person");
  expect(mistake(recipe(", codec: { kind: pafs }, scenes: { kind: crops, scale: [2, 1] }"))).toContain("a smaller and a larger number");
  expect(mistake(`${recipe(", codec: { kind: pafs }")}\nevaluate: { decode: dark }`)).toContain(
    "evaluate.decode: reads heatmaps of one person",
  );
});
