/** The number of elements of `shape` (1 for a scalar); undefined when it is no list of sizes or the product is too large to count. */
export function elementCount(shape: unknown): number | undefined {
  if (!isSizes(shape)) return undefined;
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** Whether a value out of a file is a list of non-negative integers, no longer than the 64 axes that PyTorch allows. */
export function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isSize);
}

/** Whether a value out of a file is a non-negative integer. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0; // isSafeInteger is no type guard
}
