import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const names = ["demo", "doctor", "train", "evaluate", "predict"];

test("a misspelling finds the name it was meant to be", () => {
  expect(nearest("trian", names)).toBe("train");
  expect(nearest("Evalute", names)).toBe("evaluate");
  expect(nearest("doctr", names)).toBe("doctor");
});

test("a word near to nothing finds nothing", () => {
  expect(nearest("synthesize", names)).toBeUndefined();
  expect(nearest("x", names)).toBeUndefined();
  expect(nearest("", names)).toBeUndefined();
});
