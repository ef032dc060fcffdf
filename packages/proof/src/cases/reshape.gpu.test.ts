import { Graph, reshape } from "@kindling/autograd";
import { ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { proveOp } from "../proveOp.ts";
import { reshapeFamily } from "./reshape.ts";

await proveOp(reshapeFamily);

test("another number of elements is refused at the caller's line", () => {
  expect(() => reshape(new Graph().input("x", [4, 3], "f32"), [4, 4])).toThrow(ShapeError);
});
