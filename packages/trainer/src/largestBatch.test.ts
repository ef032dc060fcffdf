import { expect, test } from "vitest";
import { largestBatch } from "./largestBatch.ts";

test.each([0, 1, 2, 99, 127])("the largest batch below 128 is found where it is %i", (largest) => {
  const asked: number[] = [];
  const fits = (batchSize: number): boolean => {
    asked.push(batchSize);
    return batchSize <= largest;
  };
  expect(largestBatch(128, fits)).toBe(largest);
  expect(asked.length).toBeLessThanOrEqual(7);
});
