/** The command line, or a file that it names, is wrong: exit status 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** The work was done and did not succeed, a check for example; what was found has been printed. */
export class WorkFailedError extends Error {
  override readonly name = "WorkFailedError";
}

/**
 * Errors of our packages that mean bad input, by name: the command line knows no classes of theirs, so that `--help` loads none of them.
 * A package that gains such a class adds its name here.
 */
const inputErrors: ReadonlySet<string> = new Set([
  "InputError",
  "CheckpointError",
  "CheckpointMismatchError",
  "DatasetError",
  "EmptyDatasetError",
  "GoldenError",
  "ImageError",
  "LoaderError",
  "ModelError",
  "NetworkError",
  "RecipeError",
  "RunFolderError",
  "SkeletonError",
  "TapError",
  "TunedChoicesError",
  "WeightsFileError",
  "WeightsMismatchError",
]);

/** The exit status that an error ends the command with: 2 for bad input, else 1. */
export function exitStatus(error: unknown): 1 | 2 {
  return error instanceof Error && inputErrors.has(error.name) ? 2 : 1;
}

/** What went wrong, on one line; a shader that does not compile keeps the lines of its source. */
export function sentence(error: unknown): string {
  if (error instanceof Error && error.name === "AbortError") return "interrupted";
  if (error instanceof Error && error.name === "ShaderError") return error.message;
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.trim().replace(/\s*\n\s*/g, "; ");
}
