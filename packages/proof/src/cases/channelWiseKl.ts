import { channelWiseKl } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { heatmapSizes } from "./heatmapSizes.ts";

/** channelWiseKl over sizes and temperatures. */
export const channelWiseKlFamily: OpFamily = {
  op: "channelWiseKl",
  // Of maps of one pixel nothing but rounding is left.
  cases: heatmapSizes
    .filter(([, h = 0, w = 0]) => h * w > 1)
    .map((shape, i) => channelWiseKlCase(shape, i % 2 === 0 ? 1 : 4, 1300 + 2 * i)),
  random: (draw) => channelWiseKlCase([draw.size(3), 1 + draw.size(6), draw.size(7), draw.channels()], draw.oneOf([1, 2, 4]), draw.seed()),
};

function channelWiseKlCase(shape: Shape, temperature: number, seed: number): OpCase {
  const input = (name: string, offset: number) =>
    ({ name, shape, data: randomValues(seed + offset, sizeOf(shape), -2, 2), differentiable: offset === 0 }) as const;
  return {
    op: "channelWiseKl",
    name: `[${shape}] T ${temperature}`,
    inputs: [input("student", 0), input("teacher", 1)],
    build: ([student, teacher]) => channelWiseKl(student!, teacher!, { temperature }),
    reference: ([student, teacher]) => channelWiseKlReference(shape, student!, teacher!, temperature),
  };
}

/** T² / (n·c) · Σ over samples and channels of Σ over pixels p (ln p − ln q). */
function channelWiseKlReference(
  [n = 0, h = 0, w = 0, c = 0]: Shape,
  student: Float64Array,
  teacher: Float64Array,
  temperature: number,
): Float64Array {
  let sum = 0;
  for (let sample = 0; sample < n; sample++) {
    for (let channel = 0; channel < c; channel++) {
      const pixels = Array.from({ length: h * w }, (_, pixel) => (sample * h * w + pixel) * c + channel);
      const logarithms = (maps: Float64Array): number[] => {
        const logits = pixels.map((at) => maps[at]! / temperature);
        const total = Math.log(logits.reduce((all, logit) => all + Math.exp(logit), 0));
        return logits.map((logit) => logit - total);
      };
      const [logQ, logP] = [logarithms(student), logarithms(teacher)];
      sum += logP.reduce((all, value, i) => all + Math.exp(value) * (value - logQ[i]!), 0);
    }
  }
  return Float64Array.of((temperature ** 2 * sum) / (n * c));
}
