import { createRandom } from "@kindling/pose";
import { expect, test } from "vitest";
import { MinibatchCka } from "./cka.ts";
import { biasedHsic, gramMatrix, unbiasedHsic } from "./hsic.ts";

const random = createRandom(3, 1);
const draw = (n: number, d: number): Float64Array => Float64Array.from({ length: n * d }, () => random() - 0.5);

/** Rows of x times a matrix [d,to]. */
function mapped(x: Float64Array, n: number, matrix: Float64Array): Float64Array {
  const d = x.length / n;
  const to = matrix.length / d;
  return Float64Array.from({ length: n * to }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += x[Math.floor(at / to) * d + k]! * matrix[k * to + (at % to)]!;
    return sum;
  });
}

test("features are alike to themselves rotated, scaled and shifted, and the matrix of two networks is that of the others transposed", () => {
  const [cos, sin] = [Math.cos(0.4), Math.sin(0.4)];
  const rotation = Float64Array.of(2 * cos, -2 * sin, 2 * sin, 2 * cos);
  const [there, back] = [new MinibatchCka(2, 1), new MinibatchCka(1, 2)];
  for (let batch = 0; batch < 3; batch++) {
    const [x, other] = [draw(7, 2), draw(7, 3)];
    const turned = mapped(x, 7, rotation).map((value, at) => value + (at % 2));
    there.add([x, other], [turned], 7);
    back.add([turned], [x, other], 7);
  }
  const [[same], [different]] = there.matrix() as [[number], [number]];
  expect(same).toBeCloseTo(1, 12);
  expect(different).toBeLessThan(0.7);
  expect(back.matrix()).toEqual([[same, different]]);
});

test("without bias, features that have nothing in common are at zero on the mean, however small the minibatch; with bias, they are not", () => {
  const [n, draws] = [6, 4000];
  let [unbiased, biased] = [0, 0];
  for (let i = 0; i < draws; i++) {
    const [k, l] = [gramMatrix(draw(n, 3), n), gramMatrix(draw(n, 4), n)];
    unbiased += unbiasedHsic(k, l, n) / draws;
    biased += biasedHsic(k, l, n) / draws;
  }
  expect(Math.abs(unbiased)).toBeLessThan(0.05 * biased);
});

test("a layer that says the same of every sample has no alignment, and three samples are too few", () => {
  const cka = new MinibatchCka(1, 1);
  cka.add([new Float64Array(8)], [draw(4, 2)], 4);
  expect(cka.matrix()[0]![0]).toBeNaN();
  expect(() => cka.add([draw(3, 2)], [draw(3, 2)], 3)).toThrow(/at least 4 samples/);
});
