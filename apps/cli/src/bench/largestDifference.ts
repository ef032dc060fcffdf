/** Largest |a − b|, relative to the largest |b|; infinite when they differ in length or a number is none. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    const each = Math.abs(a[i]! - b[i]!);
    if (!Number.isFinite(each)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, each);
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return difference / largest;
}

/** The larger difference of two courses of a loss: of their first values, and of what later steps changed these by, relative to the changes. */
export function lossDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const changes = (losses: ArrayLike<number>): number[] => Array.from(losses, (loss) => loss - losses[0]!);
  return Math.max(largestDifference([a[0]!], [b[0]!]), largestDifference(changes(a), changes(b)));
}
