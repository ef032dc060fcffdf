import { expect, test } from "vitest";
import { textTable } from "./textTable.ts";

test("columns line up, numbers to the right, and no line ends in spaces", () => {
  expect(
    textTable([
      ["case", "error", "pass"],
      ["ops/conv2d_0", "1.5", "yes"],
      ["a", "12.5", "no"],
    ]),
  ).toBe("case          error  pass\nops/conv2d_0    1.5  yes\na              12.5  no");
  expect(textTable([])).toBe("");
});
