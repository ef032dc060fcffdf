import { expect, test } from "vitest";
import { looksAtTeacher } from "../losses/lossTerm.ts";
import { teacherTaps } from "../losses/termTeachers.ts";
import type { Recipe } from "../recipe.ts";
import { teachersOf } from "../teachers.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { RecipeError } from "./recipeError.ts";
import { recipeToYaml } from "./recipeToYaml.ts";

const exits = "{ model: multi-hrnet-w8, joints: 12 }";
const simcc = { "data.codec": "{ kind: simcc }", "data.input": "[64, 64]" };

/** A recipe of ground truth and one more loss. */
function withLoss(term: string, changes: Readonly<Record<string, string>> = {}, student = "{ model: squeezenet-hpe }"): Recipe {
  const text = [
    "name: kd",
    "seed: 1",
    `student: ${student}`,
    "data: { train: { data: a.json }, validation: { data: b.json }, input: [64, 48], batchSize: 4 }",
    `losses: [{ name: more, ${term} }]`,
    "optimizer: { kind: adam, learningRate: 1e-3, weightDecay: 0 }",
    "schedule: { kind: constant, epochs: 9 }",
  ].join("\n");
  return parseRecipe(text, "/r/kd.yaml", changes);
}

const teacher = { teacher: "{ model: hrnet-w8, weights: /t }" };

test.each([
  ["kind: ohkm", {}, { against: "groundTruth", topk: 8 }],
  ["kind: smoothL1", {}, { beta: 1 }],
  ["kind: jointsMse, against: teacher, joints: labelled, normalization: paper", teacher, { joints: "labelled", normalization: "paper" }],
  ["kind: spatialKl, temperature: 4, confidence: { radius: 2 }", teacher, { confidence: { radius: 2 } }],
  ["kind: mse, against: teacher, confidence: peak", teacher, { confidence: "peak" }],
  ["kind: jointsKl", teacher, { detachTeacher: true }],
  ["kind: feature, student: student.a, teacher: teacher.b, adapter: conv1x1, distance: sumSquares", teacher, { distance: "sumSquares" }],
  ["kind: channelWiseKl, student: student.a, teacher: teacher.b, adapter: none", teacher, { temperature: 4 }],
  ["kind: attentionTransfer, student: student.a, teacher: teacher.b", teacher, {}],
  ["kind: relationalAngle, student: student.a, teacher: teacher.b", teacher, {}],
])("a loss %s has its defaults, and is the same when written out and read back", (term, changes, expected) => {
  const recipe = withLoss(term, changes);
  expect(recipe.losses[0]).toMatchObject({ name: "more", weight: 1, ...expected });
  expect(parseRecipe(recipeToYaml(recipe), "/r/kd.yaml")).toEqual(recipe);
});

test("the exits of one network teach each other without a teacher", () => {
  const recipe = withLoss(
    "kind: jointsKl, couples: [[student.heatmaps.1, student.heatmaps.4], [student.heatmaps.2, student.heatmaps.4]]",
    {},
    exits,
  );
  expect(recipe.losses.map(looksAtTeacher)).toEqual([false]);
  expect(
    withLoss("kind: spatialKl, temperature: 1, student: student.heatmaps.1, teacher: student.heatmaps.3", {}, exits).losses.map(
      looksAtTeacher,
    ),
  ).toEqual([false]);
  expect(withLoss("kind: mse, student: student.heatmaps.1", {}, exits).losses[0]).toMatchObject({ against: "groundTruth" });
});

test("a network of SimCC's vectors is trained on labels and on a teacher of its kind", () => {
  const changes = { ...simcc, teacher: "{ model: rtmpose-s, weights: /t }" };
  const recipe = withLoss("kind: simccKl, against: teacher", changes, "{ model: rtmpose-t }");
  expect(recipe.losses[0]).toMatchObject({ kind: "simccKl", beta: 10, labelSoftmax: true, joints: "all" });
  expect(recipe.losses.map(looksAtTeacher)).toEqual([true]);
});

test("a teacher of heatmaps teaches vectors by their marginals, and other joints by their names", () => {
  const recipe = withLoss("kind: simccKl, against: teacher", { ...simcc, ...teacher }, "{ model: rtmpose-t }");
  expect(recipe.losses[0]).toMatchObject({ kind: "simccKl", against: "teacher" });
  const lsp = "{ data: a.json, skeleton: lsp14 }";
  const mapped = (kind: string) => withLoss(kind, { ...teacher, "data.train": lsp }, "{ model: squeezenet-hpe, joints: 14 }");
  expect(mapped("kind: mse, against: teacher").teacher!.joints).toBe(17);
  expect(() => mapped("kind: mse, against: teacher, teacher: teacher.heatmaps")).toThrow(
    /names teacher.heatmaps, whose joints are not the student's/,
  );
});

test("a tap is a tensor of the teacher that a term names, and not the outputs of the student itself", () => {
  const taps = (kind: string): readonly string[] => {
    const recipe = withLoss(kind, teacher);
    return recipe.losses.flatMap((term) => teacherTaps(term, teachersOf(recipe)));
  };
  expect(taps("kind: mse, against: teacher, teacher: teacher.heatmaps")).toEqual(["teacher.heatmaps"]);
  expect(taps("kind: jointsKl")).toEqual([]);
});

test.each([
  [
    "an exit that there is not",
    () => withLoss("kind: mse, student: student.heatmaps.5", {}, exits),
    "/r/kd.yaml:5: losses[0].student: no output is named student.heatmaps.5; the nearest is student.heatmaps.1",
  ],
  [
    "a teacher of a term that compares with labels",
    () => withLoss("kind: mse, student: student.heatmaps.1, teacher: student.heatmaps.4", {}, exits),
    "/r/kd.yaml:5: losses[0].teacher: is of a term against: teacher; more compares with the labels",
  ],
  [
    "a confidence in labels",
    () => withLoss("kind: adaptiveWing, confidence: peak"),
    "/r/kd.yaml:5: losses[0].confidence: is of a term against: teacher; more compares with the labels",
  ],
  [
    "a couple of an output that there is not",
    () => withLoss("kind: jointsKl, couples: [[student.heatmaps.1, student.heatmap.4]]", {}, exits),
    "/r/kd.yaml:5: losses[0].couples: no output is named student.heatmap.4; the nearest is student.heatmaps.4",
  ],
  [
    "couples with a teacher that there is not",
    () => withLoss("kind: jointsKl, couples: [[student.heatmaps.1, teacher.heatmaps]]", {}, exits),
    "/r/kd.yaml:5: losses[0] (more) compares with the teacher, but the recipe has no teacher",
  ],
  [
    "vectors of a network of heatmaps",
    () => withLoss("kind: simccKl"),
    "/r/kd.yaml:5: losses[0] (more) compares vectors over x and y, but the student squeezenet-hpe puts out heatmaps",
  ],
  [
    "heatmaps of a network of vectors",
    () => withLoss("kind: mse", simcc, "{ model: rtmpose-t }"),
    "/r/kd.yaml:5: losses[0] (more) compares heatmaps, but the student rtmpose-t puts out vectors over x and y",
  ],
  [
    "a teacher of another kind",
    () => withLoss("kind: mse, against: teacher", { teacher: "{ model: rtmpose-t, weights: /t }" }),
    "/r/kd.yaml:5: losses[0] (more) compares heatmaps, but the teacher rtmpose-t puts out vectors over x and y",
  ],
  [
    "more hard joints than joints",
    () => withLoss("kind: ohkm, topk: 13", {}, exits),
    "/r/kd.yaml:5: losses[0].topk: expected at most the student's 12 joints; got 13",
  ],
  [
    "relations between samples of different parts",
    () => withLoss("kind: relationalDistance, student: student.a, teacher: teacher.b", { ...teacher, accumulate: "2" }),
    "losses[0] (more) compares the samples of a batch with each other, which parts of it do not see; set accumulate: 1",
  ],
  [
    "a confidence that is none",
    () => withLoss("kind: mse, against: teacher, confidence: high", teacher),
    '/r/kd.yaml:5: losses[0].confidence: expected peak, or { radius } in cells; got "high"',
  ],
])("%s is refused with one sentence", (_, make, message) => {
  expect(make).toThrow(RecipeError);
  expect(make).toThrow(message);
});
