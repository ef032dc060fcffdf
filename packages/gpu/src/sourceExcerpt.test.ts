import { expect, test } from "vitest";
import { numberedSource, sourceExcerpt } from "./sourceExcerpt.ts";

const source = Array.from({ length: 12 }, (_, i) => `\tlet value${i + 1} = 1;`).join("\n");

test("a caret stands under each character of the place, below its line and between its neighbours", () => {
  expect(sourceExcerpt(source, { line: 9, column: 6, length: 6 })).toBe(
    [
      " 7 | \tlet value7 = 1;",
      " 8 | \tlet value8 = 1;",
      " 9 | \tlet value9 = 1;",
      "   | \t    ^^^^^^",
      "10 | \tlet value10 = 1;",
      "11 | \tlet value11 = 1;",
    ].join("\n"),
  );
});

test("lines before the first and after the last are not shown, and carets end with their line", () => {
  expect(sourceExcerpt("one\ntwo", { line: 1, column: 2, length: 40 })).toBe("1 | one\n  |  ^^\n2 | two");
  expect(sourceExcerpt("one\ntwo", { line: 2, column: 4, length: 0 })).toBe("1 | one\n2 | two\n  |    ^");
  expect(sourceExcerpt("one", { line: 0, column: 0, length: 0 })).toBe("");
  expect(sourceExcerpt("one", { line: 2, column: 1, length: 1 })).toBe("");
});

test("numbers are as wide as the largest", () => {
  expect(numberedSource(source).split("\n")[0]).toBe(" 1 | \tlet value1 = 1;");
  expect(numberedSource(source).split("\n")[11]).toBe("12 | \tlet value12 = 1;");
});
