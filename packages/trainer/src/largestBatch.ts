/** The largest batch below `tooLarge` that `fits`, 0 when not even one of 1 does; what fits a batch fits every smaller one. */
export function largestBatch(tooLarge: number, fits: (batchSize: number) => boolean): number {
  let [fitting, failing] = [0, tooLarge];
  while (failing - fitting > 1) {
    const middle = Math.floor((fitting + failing) / 2);
    if (fits(middle)) fitting = middle;
    else failing = middle;
  }
  return fitting;
}
