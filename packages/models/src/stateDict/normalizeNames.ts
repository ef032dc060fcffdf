import { quote } from "./quote.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/**
 * The entries under the names of the bare model: the prefix `module.` of PyTorch's data-parallel wrappers is stripped, and
 * `num_batches_tracked` is dropped, since it only serves batch norms without momentum, which no pose network has.
 * @throws WeightsFileError when two names become one.
 */
export function normalizeNames<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  const normalized = new Map<string, T>();
  for (const [name, tensor] of tensors) {
    if (name === "num_batches_tracked" || name.endsWith(".num_batches_tracked")) continue;
    const bare = name.startsWith("module.") ? name.slice("module.".length) : name;
    if (normalized.has(bare))
      throw new WeightsFileError(`the file holds both ${quote(bare)} and ${quote(`module.${bare}`)}; keep one of them`);
    normalized.set(bare, tensor);
  }
  return normalized;
}
