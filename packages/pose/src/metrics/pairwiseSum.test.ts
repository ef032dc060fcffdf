import { expect, test } from "vitest";
import { pairwiseSum } from "./pairwiseSum.ts";

// numpy: x = numpy.float32(1) / (numpy.arange(n, dtype=numpy.float32) + 1); repr(float(x.sum()))
test.each([
  [0, 0.0],
  [1, 1.0],
  [7, 2.5928573608398438],
  [8, 2.7178573608398438],
  [17, 3.4395527839660645],
  [23, 3.7342917919158936],
  [128, 5.433147430419922],
  [133, 5.471320152282715],
  [300, 6.282664775848389],
  [1000, 7.485471725463867],
])("the harmonic sum of %i terms is numpy's float32 sum", (n, expected) => {
  expect(pairwiseSum(Float32Array.from({ length: n }, (_, i) => 1 / (i + 1)))).toBe(expected);
});
