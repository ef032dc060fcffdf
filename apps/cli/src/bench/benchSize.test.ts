import { expect, test } from "vitest";
import { InputError } from "../exit.ts";
import { parseBenchSizes, sizeText } from "./benchSize.ts";

test("sizes are height, width and batch, several with commas between", () => {
  const sizes = parseBenchSizes("96x72x1,384x288x128");
  expect(sizes).toEqual([
    { height: 96, width: 72, batch: 1 },
    { height: 384, width: 288, batch: 128 },
  ]);
  expect(sizeText(sizes[1]!)).toBe("384×288, batch 128");
});

test.each(["96x72", "96x72x0", "", "96x72x1,", "ax72x1", "95x72x1"])("%j is refused", (text) => {
  expect(() => parseBenchSizes(text)).toThrow(InputError);
});
