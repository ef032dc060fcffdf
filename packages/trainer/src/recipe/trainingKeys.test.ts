import { expect, test } from "vitest";
import type { Recipe } from "../recipe.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { recipeToYaml } from "./recipeToYaml.ts";

const text = `
name: plain
seed: 1
student: { model: squeezenet-hpe }
data: { train: { data: a.json }, validation: { data: b.json }, input: [64, 48], batchSize: 4 }
losses: [{ name: gt, kind: mse }]
optimizer: { kind: adam, learningRate: 1e-3, weightDecay: 0 }
schedule: { kind: constant, epochs: 9 }
`;
const withKeys = (changes: Record<string, string>): Recipe => parseRecipe(text, "/r/plain.yaml", changes);
const schedule = (value: string): Recipe["schedule"] => withKeys({ schedule: value }).schedule;

test("schedules have their defaults, the flat part of a cosine half of the epochs, and are the same when written out and read back", () => {
  expect(schedule("{ kind: flatCosine, epochs: 9, warmup: { steps: 1000, startFactor: 1e-5 } }")).toEqual({
    kind: "flatCosine",
    epochs: 9,
    flatEpochs: 4,
    endFactor: 0.05,
    update: "step",
    warmup: { steps: 1000, startFactor: 1e-5 },
  });
  expect(schedule("{ kind: multistep, epochs: 9, milestones: [3, 7] }")).toMatchObject({ milestones: [3, 7], gamma: 0.1 });
  const points = "[{ from: 0, factor: 1 }, { from: 2.5, factor: 0 }]";
  expect(schedule(`{ kind: piecewise, epochs: 9, points: ${points} }`)).toMatchObject({ between: "hold", update: "epoch" });
  const recipe = withKeys({ schedule: `{ kind: piecewise, epochs: 9, points: ${points}, between: linear, update: step }` });
  expect(parseRecipe(recipeToYaml(recipe), "/elsewhere/recipe.yaml")).toEqual(recipe);
});

test("the flat part is as long as the recipe written out says, however many epochs are added", () => {
  const recipe = withKeys({ schedule: "{ kind: flatCosine, epochs: 8 }" });
  expect(parseRecipe(recipeToYaml(recipe), "/recipe.yaml", { epochs: "+10" }).schedule).toMatchObject({ epochs: 18, flatEpochs: 4 });
});

test.each([
  ["{ kind: flatCosine, epochs: 3, flatEpochs: 4 }", "schedule.flatEpochs: expected at most the 3 epochs of the run; got 4"],
  ["{ kind: multistep, epochs: 9, milestones: [7, 7] }", "schedule.milestones: expected rising numbers; got 7, 7"],
  ["{ kind: multistep, epochs: 9, milestones: [] }", "schedule.milestones: expected a list of at least 1; got []"],
  [
    "{ kind: piecewise, epochs: 9, points: [{ from: 1, factor: 1 }] }",
    "schedule.points: expected a first point from 0 and rising ones after it; got 1",
  ],
  ["{ kind: constant, epochs: 9, warmup: { steps: 1, startFactor: 0 } }", "schedule.warmup.steps: expected a number at least 2; got 1"],
])("the schedule %s is refused in one sentence", (value, sentence) => {
  expect(() => schedule(value)).toThrow(`command line (schedule=${value}): ${sentence}`);
});

test("a quick look is two short names away", () => {
  expect(withKeys({ limit: "50", overfit: "8" }).data).toMatchObject({ limit: 50, overfit: 8 });
});

test("groups, parts that are frozen and averages are kept in the recipe written out", () => {
  const recipe = withKeys({
    "optimizer.noDecay": "[norm, bias]",
    "optimizer.groups": "[{ match: student.backbone.*.squeeze, learningRateFactor: 0.1 }, { of: [bias], learningRateFactor: 2 }]",
    freeze: "[student.backbone.0, student.backbone.3]",
    ema: "{ gamma: 2000 }",
  });
  expect(recipe.optimizer.groups).toEqual([
    { match: "student.backbone.*.squeeze", learningRateFactor: 0.1, weightDecayFactor: 1 },
    { of: ["bias"], learningRateFactor: 2, weightDecayFactor: 1 },
  ]);
  expect(recipe.ema).toEqual({ momentum: 0.0002, gamma: 2000 });
  expect(parseRecipe(recipeToYaml(recipe), "/elsewhere/recipe.yaml")).toEqual(recipe);
});

test.each([
  ["freeze", "[student.bakbone]", "freeze[0]: there is no part student.bakbone in the network; did you mean student.backbone?"],
  ["freeze", "[teacher]", "freeze[0]: there is no part teacher in the network"],
  [
    "optimizer.groups",
    "[{ match: student.backbone.*.squeez }]",
    "optimizer.groups[0].match: there is no part student.backbone.*.squeez in the network; did you mean student.backbone.3.squeeze?",
  ],
  [
    "optimizer.noDecay",
    "[norms]",
    'optimizer.noDecay[0]: expected convolution, depthwise, linear, norm or bias; got "norms"; did you mean norm?',
  ],
])("%s: %s is refused in one sentence", (key, value, sentence) => {
  expect(() => withKeys({ [key]: value })).toThrow(`command line (${key}=${value}): ${sentence}`);
});
