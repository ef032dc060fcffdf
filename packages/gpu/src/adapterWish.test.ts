import { expect, test } from "vitest";
import { adapterWish } from "./adapterWish.ts";

test("the caller's choice goes before the environment's", () => {
  expect(adapterWish("gpu", "software")).toEqual({ kind: "gpu" });
});

test("KINDLING_ADAPTER is a kind, or else part of a name; empty means any", () => {
  expect(adapterWish(undefined, undefined)).toEqual({ kind: "any" });
  expect(adapterWish(undefined, " ")).toEqual({ kind: "any" });
  expect(adapterWish(undefined, "Software")).toEqual({ kind: "software" });
  expect(adapterWish(undefined, "swiftshader")).toEqual({ kind: "swiftshader" });
  expect(adapterWish(undefined, "H200")).toEqual({ kind: "named", name: "H200" });
});
