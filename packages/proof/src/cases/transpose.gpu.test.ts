import { Graph, transpose } from "@kindling/autograd";
import { ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { proveOp } from "../proveOp.ts";
import { transposeFamily } from "./transpose.ts";

await proveOp(transposeFamily);

test("what is no matrix is refused at the caller's line", () => {
  expect(() => transpose(new Graph().input("x", [4], "f32"))).toThrow(ShapeError);
});
