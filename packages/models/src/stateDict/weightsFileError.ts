/** A weights file that cannot be read: damaged, cut short, of another format, or holding what a state dict may not hold. */
export class WeightsFileError extends Error {
  override readonly name = "WeightsFileError";
}
