/** A folder of reference values that cannot be read, or does not hold what its index says; the command line ends with status 2. */
export class GoldenError extends Error {
  override readonly name = "GoldenError";
}
