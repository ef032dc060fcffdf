/** Options that no loader can follow. */
export class LoaderError extends Error {
  override readonly name = "LoaderError";
}
