import { flip } from "@kindling/autograd";
import { sizeOf } from "@kindling/gpu";
import { flipReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

type Image = readonly [batch: number, height: number, width: number, channels: number];

/** flip along both axes. */
export const flipFamily: OpFamily = {
  op: "flip",
  cases: (
    [
      [1, 1, 1, 1],
      [2, 3, 5, 17],
      [1, 6, 4, 4],
    ] as const
  ).flatMap((image, i) => (["height", "width"] as const).map((axis) => flipCase(image, axis, 880 + i))),
  random: (draw) =>
    flipCase([draw.size(3), draw.size(), draw.size(), draw.channels()], draw.oneOf(["height", "width"] as const), draw.seed()),
};

function flipCase(image: Image, axis: "height" | "width", seed: number): OpCase {
  const [batch, height, width, channels] = image;
  return {
    op: "flip",
    name: `[${image}] ${axis}`,
    inputs: [{ name: "x", shape: image, data: randomValues(seed, sizeOf(image)), differentiable: true }],
    build: ([x]) => flip(x!, axis),
    reference: ([x]) => flipReference({ batch, height, width, channels, axis }, x!).value,
  };
}
