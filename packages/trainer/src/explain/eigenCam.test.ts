import { createRandom } from "@kindling/pose";
import { expect, test } from "vitest";
import { eigenCam, eigenProjection } from "./eigenCam.ts";

const random = createRandom(5, 1);

/** Variance of the pixels along a direction: what the first component makes largest. */
function along(activation: Float64Array, direction: Float64Array, pixels: number): number {
  const channels = direction.length;
  const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  const at = Array.from({ length: pixels }, (_, p) =>
    direction.reduce((sum, value, c) => sum + (value / norm) * activation[p * channels + c]!, 0),
  );
  const mean = at.reduce((sum, value) => sum + value, 0) / pixels;
  return at.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

test.each([
  ["more pixels than channels", 5, 4, 3],
  ["more channels than pixels", 2, 3, 17],
  ["one channel", 3, 3, 1],
])("no direction has more variance than the projection, of %s", (_, height, width, channels) => {
  const pixels = height * width;
  const activation = Float64Array.from({ length: pixels * channels }, () => random() - 0.3);
  const projection = eigenProjection(activation, [height, width, channels]);
  const most = projection.reduce((sum, value) => sum + value ** 2, 0);
  expect(projection.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
  expect(Math.max(...projection)).toBeGreaterThanOrEqual(-Math.min(...projection));
  let best = 0;
  for (let i = 0; i < 500; i++) {
    best = Math.max(
      best,
      along(
        activation,
        Float64Array.from({ length: channels }, () => random() - 0.5),
        pixels,
      ),
    );
  }
  expect(best).toBeLessThanOrEqual(most * (1 + 1e-12));
  // The projection itself is along one direction: projecting on its own correlation with the channels gives it back.
  const direction = Float64Array.from({ length: channels }, (_, c) =>
    projection.reduce((sum, value, p) => sum + value * activation[p * channels + c]!, 0),
  );
  expect(along(activation, direction, pixels)).toBeCloseTo(most, 9);
});

test("pixels that are all alike are looked at nowhere", () => {
  const projection = eigenProjection(new Float64Array(24).fill(0.7), [2, 3, 4]);
  expect([...projection].every((value) => Math.abs(value) < 1e-12)).toBe(true);
  expect([...eigenCam(new Float64Array(6), [2, 3], [4, 6])]).toEqual(new Array(24).fill(0));
});

test("the map goes from 0 to 1, leaves out what is below zero and is resized between pixel centres", () => {
  expect([...eigenCam(Float64Array.of(-5, 0, 2, 4), [1, 4], [1, 4])]).toEqual([0, 0, 0.5, 1]);
  // Twice as wide: centres at −1/4, 1/4, 3/4 …, clamped at the ends.
  expect([...eigenCam(Float64Array.of(0, 4), [1, 2], [1, 4])]).toEqual([0, 0.25, 0.75, 1]);
  expect([...eigenCam(Float64Array.of(0, 4), [2, 1], [4, 2])]).toEqual([0, 0, 0.25, 0.25, 0.75, 0.75, 1, 1]);
});
