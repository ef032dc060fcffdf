import { expect, test } from "vitest";
import { createNetwork } from "../createNetwork.ts";
import { otherFeeds } from "../gate/teacherFeed.ts";
import { TeacherGateError, teacherText } from "../gate/teacherGate.ts";
import type { Recipe } from "../recipe.ts";
import { recipeDigest } from "../recipeDigest.node.ts";
import { teachersOf, withoutTeachers } from "../teachers.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { RecipeError } from "./recipeError.ts";
import { recipeToYaml } from "./recipeToYaml.ts";

const one = "{ model: hrnet-w8, weights: big.pth }";
const two = "{ big: { model: hrnet-w8, weights: big.pth, weight: 2 }, small: { model: squeezenet-hpe, weights: small.pth } }";
const mean = "{ name: kd, kind: spatialKl, temperature: 4 }";

function recipeOf(teachers: string, losses: readonly string[] = [mean], changes: Readonly<Record<string, string>> = {}): Recipe {
  const text = [
    "name: several",
    "seed: 1",
    "student: { model: squeezenet-hpe, width: 0.25 }",
    teachers,
    "data: { train: { data: train.json, images: train }, validation: { data: val.json, images: val }, input: [64, 48], batchSize: 8 }",
    `losses: [${losses.join(", ")}]`,
    "optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 0 }",
    "schedule: { kind: constant, epochs: 2 }",
  ];
  return parseRecipe(text.join("\n"), "/r/kd.yaml", changes);
}
const several = (losses: readonly string[] = [mean], changes: Readonly<Record<string, string>> = {}): Recipe =>
  recipeOf(`teachers: ${two}`, losses, changes);

test("one teacher is a list of one, several are lists in the recipe's order; their files count from the recipe", () => {
  const [single, ...none] = teachersOf(recipeOf(`teacher: ${one}`));
  expect(none).toEqual([]);
  expect(single).toMatchObject({ path: "teacher", key: "teacher", weight: 1, recipe: { weights: "/r/big.pth" } });
  const recipe = several();
  expect(teachersOf(recipe)).toMatchObject([
    { path: "teacher.big", key: "teachers.big", weight: 2, recipe: { model: "hrnet-w8", weights: "/r/big.pth", gate: "stop" } },
    { path: "teacher.small", key: "teachers.small", weight: 1, recipe: { weights: "/r/small.pth", joints: 17 } },
  ]);
  expect(parseRecipe(recipeToYaml(recipe), "/elsewhere/recipe.yaml")).toEqual(recipe);
  expect(teachersOf(withoutTeachers(recipe))).toEqual([]);
});

test("the digest of a recipe with one teacher is what it was before there could be several: its runs go on", () => {
  const cached = { "teacher.cache": "/kept", "teacher.gate": "warn", "teacher.expect.pck": "0.5" };
  expect([recipeDigest(recipeOf(`teacher: ${one}`)), recipeDigest(recipeOf(`teacher: ${one}`, [mean], cached))]).toEqual([
    "7205f6c005749a56bb5b03b85733d5ff658dae0d556bf68d6fb9f8de5bd463aa",
    "45c3d37e4f3c947f3238efbf1e2890aaec7f9e8e485cdbe1b8e1f760df8ce8f3",
  ]);
});

test("of several teachers the digest holds what it holds of one, and their weights in the mean", () => {
  const digest = (changes: Readonly<Record<string, string>>): string => recipeDigest(several([mean], changes));
  const plain = digest({});
  expect(digest({ "teachers.big.gate": "off", "teachers.small.gatePersons": "5", "teachers.small.expect.pck": "0.5" })).toBe(plain);
  expect(digest({ "teachers.big.weight": "3" })).not.toBe(plain);
  expect(digest({ "teachers.big.weights": "/other.pth" })).not.toBe(plain);
  expect(digest({ "teachers.big.cache": "/a" })).toBe(digest({ "teachers.big.cache": "/b" }));
  expect(digest({ "teachers.big.cache": "/a" })).not.toBe(plain);
});

test("terms over outputs, couples and inner tensors name one of several teachers, or a tensor of it", () => {
  const terms = [
    mean,
    "{ name: maps, kind: mse, against: teacher, teacher: teacher.big }",
    "{ name: tensor, kind: mse, against: teacher, teacher: teacher.big.heatmaps }",
    "{ name: couples, kind: jointsKl, couples: [[student.heatmaps, teacher.small]] }",
    "{ name: inside, kind: attentionTransfer, student: student.backbone.10.out, teacher: teacher.big.layer1.out }",
  ];
  expect(several(terms).losses).toHaveLength(5);
});

const big = "teacher: teacher.big";
test.each([
  ["both keys", () => recipeOf(`teacher: ${one}\nteachers: ${two}`), "/r/kd.yaml:5: teachers: the recipe has teacher too"],
  ["one alone", () => recipeOf(`teachers: { big: ${one} }`), "4: teachers: expected 2 to 8, by their names; got 1; one alone is teacher"],
  ["a name with a dot", () => recipeOf(`teachers: { a.b: ${one}, c: ${one} }`), "expected a name of letters, digits and _"],
  [
    "a misspelt key",
    () => several([mean], { "teachers.big.wieght": "2" }),
    "teachers.big.wieght: there is no such key; did you mean weight?",
  ],
  ["a list in place of names", () => recipeOf(`teachers: [${one}]`), "4: teachers: expected a mapping of names to values; got [{"],
  [
    "a change of one that there is not",
    () => several([mean], { "teachers.bog.gate": "off" }),
    "command line (teachers.bog.gate=off): teachers.bog.model is missing",
  ],
  ["no weights", () => recipeOf(`teachers: { a: { model: hrnet-w8 }, b: ${one} }`), "teachers.a.weights is missing"],
  ["no such model", () => several([mean], { "teachers.small.model": "hrnet" }), "teachers.small.model: "],
  [
    "a teacher that there is not",
    () => several([mean, "{ name: x, kind: mse, against: teacher, teacher: teacher.medium }"]),
    "losses[1].teacher: teacher.medium is of none of the teachers, which are teacher.big, teacher.small",
  ],
  [
    "a tensor without a teacher",
    () => several([mean, "{ name: x, kind: attentionTransfer, student: student.backbone.10.out, teacher: teacher.layer1.out }"]),
    "losses[1].teacher: teacher.layer1.out is of none of the teachers",
  ],
  [
    "a teacher in place of a tensor",
    () => several([mean, `{ name: x, kind: attentionTransfer, student: student.backbone.10.out, ${big} }`]),
    "losses[1].teacher: teacher.big is a teacher; expected a tensor of it, such as teacher.big.layer1.out",
  ],
  [
    "a name where there is one alone",
    () => recipeOf(`teacher: ${one}`, [`{ name: x, kind: mse, against: teacher, ${big} }`]),
    "losses[0].teacher: no output is named teacher.big; the nearest is teacher.heatmaps",
  ],
  ["one that nobody learns from", () => several([`{ name: x, kind: mse, against: teacher, ${big} }`]), "teachers.small: no loss compares"],
  ["other numbers of joints", () => several([mean], { "teachers.small.joints": "5" }), "17 joints and the teacher small (5)"],
  [
    "other outputs",
    () => several([mean], { "teachers.small.model": "rtmpose-t" }),
    "but the teacher small (rtmpose-t) puts out vectors over x and y",
  ],
  [
    "one folder of one model",
    () => several([mean], { "teachers.small.model": "hrnet-w8", "teachers.big.cache": "/c", "teachers.small.cache": "/c" }),
    "teachers.small.cache: teachers.big has this folder too",
  ],
  [
    "a cache and a tensor",
    () => several(["{ name: x, kind: mse, against: teacher, teacher: teacher.big.heatmaps }", mean], { "teachers.big.cache": "/c" }),
    "teachers.big.cache: losses[0] (x) compares with teacher.big.heatmaps",
  ],
  [
    "one part of two",
    () =>
      several([mean], {
        "teachers.big": "{ model: squeezenet-hpe, width: 0.25, weights: a, shares: [backbone] }",
        "teachers.small": "{ model: squeezenet-hpe, width: 0.25, weights: b, shares: [backbone.3] }",
        freeze: "[student.backbone]",
      }),
    "teachers.small.shares: teachers.big shares backbone.3 with the student too",
  ],
  [
    "a cache of augmented crops",
    () => several([mean], { "teachers.small.cache": "/c", "data.augment": "hrnet" }),
    "teachers.small.cache: holds",
  ],
])("a recipe's teachers are refused with a sentence that names them: %s", (_, make, message) => {
  expect(make).toThrow(RecipeError);
  expect(make).toThrow(message);
});

test("the gate says which of several teachers is far below, and where its keys are", () => {
  const interval = { value: 0.2, low: 0.1, high: 0.3 };
  const model = createNetwork({ model: "hrnet-w8", joints: 17, width: 1 }, [64, 48], "teacher.big");
  const feed = { normalization: model.card.input, crop: "padded", input: [64, 48] } as const;
  const [first] = otherFeeds(feed, { model, key: "teachers.big" }, [64, 48]);
  const check = {
    model: "hrnet-w8",
    key: "teachers.big",
    persons: 5,
    dataset: "val",
    pckThreshold: 0.1,
    pck: interval,
    AP: null,
    expected: { pck: 0.8, pckThreshold: 0.1, source: "the recipe expects (teachers.big.expect)" },
    farBelow: "pck",
    tried: [{ what: first!.what, remedy: first!.remedy, value: 0.9, raises: true }],
  } as const;
  expect(teacherText(check)).toMatch(/^the teacher big \(hrnet-w8\) reaches PCK@0\.1 0\.200 .*the remedy is teachers\.big\.normalization/);
  expect(new TeacherGateError(check).message).toMatch(/; teachers\.big\.gate: warn trains all the same$/);
  expect(teacherText({ ...check, key: "teacher" })).toMatch(/^the teacher hrnet-w8 reaches/);
});
