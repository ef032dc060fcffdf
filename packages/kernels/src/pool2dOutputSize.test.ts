import { expect, test } from "vitest";
import { pool2dOutputSize } from "./pool2dOutputSize.ts";

test("every window of a ceiled output size starts in the image or its left padding, and every pixel is covered", () => {
  for (let size = 1; size < 20; size++)
    for (let kernel = 1; kernel <= 5; kernel++)
      for (let stride = 1; stride <= kernel; stride++)
        for (let padding = 0; 2 * padding <= kernel && size + 2 * padding >= kernel; padding++) {
          const windows = pool2dOutputSize(size, kernel, stride, padding, true);
          expect((windows - 1) * stride - padding).toBeLessThan(size);
          expect((windows - 1) * stride - padding + kernel).toBeGreaterThanOrEqual(size);
        }
});
