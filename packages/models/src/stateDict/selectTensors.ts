import { normalizeNames, type WeightsPart } from "./normalizeNames.ts";
import { quote } from "./quote.ts";
import { StoredTensor } from "./storedTensor.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/**
 * The tensors of what torch.save was given, under the names of the bare model (see `normalizeNames`): a state dict, or a checkpoint that
 * holds one as `state_dict`, `model_state_dict` or `model`. Entries that are no tensors are left out.
 * @throws WeightsFileError when there is no state dict.
 */
export function selectTensors(saved: unknown, part?: WeightsPart): ReadonlyMap<string, StoredTensor> {
  let dict = saved;
  for (let depth = 0; dict instanceof Map && depth < maxDepth; depth++) {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, value] of dict) if (typeof name === "string" && value instanceof StoredTensor) tensors.set(name, value);
    if (tensors.size > 0) return normalizeNames(tensors, part);
    dict = wrappers.map((key) => (dict as Map<unknown, unknown>).get(key)).find((value) => value instanceof Map);
  }
  if (!(saved instanceof Map)) throw new WeightsFileError("the file holds no dict; save model.state_dict() with torch.save");
  const keys = [...saved.keys()].filter((key) => typeof key === "string").slice(0, 5);
  throw new WeightsFileError(
    `no tensors in the saved dict (keys: ${keys.map(quote).join(", ") || "none"}) nor under ${wrappers.join(", ")} in it`,
  );
}

const wrappers = ["state_dict", "model_state_dict", "model"];

/** {"model": {"state_dict": …}} exists; a dict that contains itself must end. */
const maxDepth = 3;
