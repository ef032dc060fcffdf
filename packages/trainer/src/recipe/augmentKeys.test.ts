import { augmentationPresets } from "@kindling/pose";
import { expect, test } from "vitest";
import { augmentationStages } from "../augmentationStages.ts";
import type { Recipe } from "../recipe.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { recipeToYaml } from "./recipeToYaml.ts";

const lines = [
  "name: plain",
  "seed: 1",
  "student: { model: squeezenet-hpe }",
  "teacher: { model: hrnet-w8, weights: t.safetensors }",
  "data:",
  "  train: { data: a.json }",
  "  validation: { data: b.json, crops: crops }",
  "  input: [64, 48]",
  "  batchSize: 4",
  "losses: [{ name: gt, kind: mse }, { name: kd, kind: mse, against: teacher }]",
  "optimizer: { kind: adam, learningRate: 1e-3, weightDecay: 0 }",
  "schedule: { kind: constant, epochs: 9 }",
];
const recipeWith = (changes: Record<string, string>): Recipe => parseRecipe(lines.join("\n"), "/r/plain.yaml", changes);
const augmentOf = (value: string): Recipe["data"]["augment"] => recipeWith({ "data.augment": value }).data.augment;
const mistake = (changes: Record<string, string>): string => {
  try {
    recipeWith(changes);
  } catch (error) {
    return (error as Error).message.replace(/^.*?\): |^\S*: /, "");
  }
  return "accepted";
};

test("an augmentation is named, or written out with published values where it says none", () => {
  expect(recipeWith({}).data.augment).toBe("none");
  for (const name of Object.keys(augmentationPresets)) expect(augmentOf(name)).toBe(name);
  expect(
    augmentOf("{ flip: 0.25, rotation: {}, scale: { range: [0.9, 1.1] }, dropout: {}, halfBody: {}, medianBlur: {}, hsv: { hue: 9 } }"),
  ).toEqual({
    flip: 0.25,
    rotation: { probability: 0.6, deviation: 45, limit: 90 },
    scale: { probability: 1, range: [0.9, 1.1] },
    dropout: { probability: 1, side: [0.2, 0.4] },
    halfBody: { probability: 0.3, joints: 9, half: [3, 3], upper: 0.5, padding: 1.5 },
    medianBlur: { probability: 0.1, kernel: [3, 7] },
    hsv: { hue: 9, saturation: 30, value: 30 },
    beyond: "redraw",
  });
});

test("the published augmentations can be written out as parameters", () => {
  for (const preset of Object.values(augmentationPresets))
    expect(augmentOf(JSON.stringify(preset))).toEqual({ beyond: "redraw", ...preset });
});

test("a recipe with augmentation is the same when written out and read back", () => {
  const recipe = recipeWith({ "data.augment": "{ flip: 0.5, blur: {} }", "data.augmentLast": "{ epochs: 3, augment: rtmpose-stage2 }" });
  expect(parseRecipe(recipeToYaml(recipe), "/elsewhere/recipe.yaml")).toEqual(recipe);
});

test("the last epochs have their own augmentation, and none has no stages", () => {
  const stages = (changes: Record<string, string>) => augmentationStages(recipeWith(changes));
  expect(stages({})).toEqual([]);
  expect(stages({ "data.augmentLast": "{ epochs: 2, augment: none }" })).toEqual([]);
  expect(stages({ "data.augment": "hrnet" })).toEqual([{ from: 0, augmentation: augmentationPresets.hrnet }]);
  expect(stages({ "data.augment": "rtmpose-stage1", "data.augmentLast": "{ epochs: 3, augment: rtmpose-stage2 }" })).toEqual([
    { from: 0, augmentation: augmentationPresets["rtmpose-stage1"] },
    { from: 6, augmentation: augmentationPresets["rtmpose-stage2"] },
  ]);
  expect(stages({ "data.augment": "mpii", "data.augmentLast": "{ epochs: 1, augment: none }" })[1]).toEqual({
    from: 8,
    augmentation: null,
  });
});

test.each([
  [
    { "data.augment": "hrnett" },
    'data.augment: expected none, hrnet, mpii, rtmpose-stage1, rtmpose-stage2 or a mapping of parameters; got "hrnett"',
  ],
  [{ "data.augment": "{ rotaton: {} }" }, "data.augment.rotaton: there is no such key; did you mean rotation?"],
  [{ "data.augment": "{ flip: 2 }" }, "data.augment.flip: expected a number at most 1; got 2"],
  [
    { "data.augment": "{ scale: { range: [1.4, 0.6] } }" },
    "data.augment.scale.range: expected two numbers, the lower one first; got [1.4,0.6]",
  ],
  [
    { "data.augment": "{ blur: { kernel: [4, 4] } }" },
    "data.augment.blur.kernel: expected two numbers, the lower one first, with an odd one in their range; got [4,4]",
  ],
  [
    { "data.augmentLast": "{ epochs: 10, augment: hrnet }" },
    "data.augmentLast.epochs: the last epochs are at most the 9 of the run; got 10",
  ],
  [
    { "data.augment": "hrnet", "data.cache": "true" },
    "data.cache: holds every person as prepared in the first epoch, and data.augment makes other crops in every epoch; remove one of the two",
  ],
  [
    { "data.augment": "hrnet", "data.train.crops": "crops" },
    "data.train.crops: holds each person's crop as it is without augmentation, and data.augment makes other crops in every epoch; remove one of the two",
  ],
  [
    { "data.augmentLast": "{ epochs: 1, augment: mpii }", "teacher.cache": "heatmaps" },
    "teacher.cache: holds the teacher's heatmaps of crops without augmentation, and data.augmentLast makes other crops in every epoch; remove one of the two",
  ],
  [
    { "data.codec": "{ kind: heatmaps, encoding: udp }" },
    "data.validation.crops: is of crops by HRNet's rule, and udp's coding has crops of its own; remove it, or take encoding: unbiased",
  ],
  [
    { "data.codec": "{ kind: heatmaps, encoding: udp }", "data.crop": "stretched" },
    "data.crop: udp's coding has crops of its own; take padded, or encoding: unbiased",
  ],
  [
    { "data.codec": "{ kind: heatmaps, encoding: udp }", "data.train.crops": "crops" },
    "data.train.crops: is of crops by HRNet's rule, and udp's coding has crops of its own; remove it, or take encoding: unbiased",
  ],
])("%o is refused with one sentence", (changes, message) => {
  expect(mistake(changes as unknown as Record<string, string>)).toBe(message);
});

test("crops of the validation set go with augmentation, which it never has", () => {
  expect(recipeWith({ "data.augment": "hrnet" }).data.validation.crops).toBe("/r/crops");
});
