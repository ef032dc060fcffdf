import { cast, mul, relu } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase, OpInput } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** One element, and sizes that no workgroup or vector divides. */
const shapes: readonly Shape[] = [[1], [2, 5, 3, 7], [3, 8, 4]];

/** relu and cast. */
export const elementwiseFamilies: readonly OpFamily[] = [
  family(
    "relu",
    (shape, seed) => [apart(input("x", shape, seed))],
    ([x]) => relu(x!),
    (x) => Math.max(x, 0),
  ),
  // The product is f32: of an f16 operand only a cast makes one.
  family(
    "cast",
    (shape, seed) => [input("a", shape, seed), { ...input("b", shape, seed + 1), f32: true }],
    ([a, b]) => mul(cast(a!, "f32"), b!),
    (a, b) => a * b,
  ),
];

function family(
  op: string,
  inputs: (shape: Shape, seed: number) => readonly OpInput[],
  build: OpCase["build"],
  f: (a: number, b: number) => number,
): OpFamily {
  const make = (shape: Shape, seed: number): OpCase => ({
    op,
    name: `[${shape}]`,
    inputs: inputs(shape, seed),
    build,
    reference: ([a, b]) => a!.map((value, at) => f(value, b?.[at] ?? 0)),
  });
  return {
    op,
    cases: shapes.map((shape, i) => make(shape, 700 + 4 * i)),
    random: (draw: Draw) => make([draw.size(3), draw.size(), draw.size(), draw.channels()], draw.seed()),
  };
}

function input(name: string, shape: Shape, seed: number): OpInput {
  return { name, shape, data: randomValues(seed, sizeOf(shape)), differentiable: true };
}

/** At least 0.1 from the kink at zero, so that differences see one side. */
function apart(x: OpInput): OpInput {
  return { ...x, data: x.data.map((value) => value + 0.1 * (Math.sign(value) || 1)) };
}
