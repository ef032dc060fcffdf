import { expect, test } from "vitest";
import { normalizeNames, type WeightsPart } from "./normalizeNames.ts";
import { parseWeightsReference } from "./readWeights.ts";

const names = (given: readonly string[], part?: WeightsPart) => [...normalizeNames(new Map(given.map((name) => [name, 0])), part).keys()];

test("wrappers that all names share are stripped, however deep; a network's own module of such a name stays", () => {
  expect(names(["module.a.weight", "module.a.bias"])).toEqual(["a.weight", "a.bias"]);
  expect(names(["model.net.a", "model.net.b"])).toEqual(["a", "b"]);
  expect(names(["module.model.a"])).toEqual(["a"]);
  expect(names(["model.0.weight", "cpm.weight"])).toEqual(["model.0.weight", "cpm.weight"]);
  expect(names(["bn.num_batches_tracked", "num_batches_tracked"])).toEqual([]);
  expect(() => names(["a", "module.a"])).toThrow('both "a" and "module.a"');
});

test("of a distillation's checkpoint one part is kept, and it must be said which where there is more than one", () => {
  const both = ["teacher.a", "student.a", "student.b", "distill_losses.align.weight"];
  expect(names(both, "student")).toEqual(["a", "b"]);
  expect(names(both, "teacher")).toEqual(["a"]);
  expect(() => names(both)).toThrow("a student and a teacher: say which one, FILE#student or FILE#teacher");
  expect(() => names(["student.a", "loss.w"])).toThrow("a student and more: say which one, FILE#student");
  expect(names(["model.student.a"])).toEqual(["a"]);
  expect(names(["module.student.a", "module.teacher.a"], "teacher")).toEqual(["a"]);
  expect(() => names(["backbone.a"], "teacher")).toThrow('no teacher: no name begins with "teacher."; the first is "backbone.a"');
});

test("a reference is a path with an optional part; other # belong to the path", () => {
  expect(parseWeightsReference("a/kd.pth#student")).toEqual({ file: "a/kd.pth", part: "student" });
  expect(parseWeightsReference("a#1.pth#teacher")).toEqual({ file: "a#1.pth", part: "teacher" });
  for (const file of ["kd.pth", "run#2", "kd.pth#head", "#student"]) expect(parseWeightsReference(file)).toEqual({ file });
});
