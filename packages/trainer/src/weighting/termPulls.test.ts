import { expect, test } from "vitest";
import { termPulls } from "./termPulls.ts";

test("shares are of the norms that were measured; a term without one has none", () => {
  expect(termPulls(["gt", "kd", "inner"], [0.25, 0.75, 1], [3, 1, 0])).toEqual({
    gt: { weight: 0.25, gradientNorm: 3, gradientShare: 0.75 },
    kd: { weight: 0.75, gradientNorm: 1, gradientShare: 0.25 },
    inner: { weight: 1 },
  });
});

test("what overflowed was not measured", () => {
  const pulls = termPulls(["gt", "kd"], [1, 1], [Number.POSITIVE_INFINITY, Number.NaN]);
  expect(pulls).toEqual({ gt: { weight: 1 }, kd: { weight: 1 } });
});
