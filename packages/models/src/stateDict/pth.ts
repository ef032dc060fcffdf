import type { WeightsPart } from "./normalizeNames.ts";
import { isPthLegacy, readPthLegacy } from "./pthLegacy.ts";
import { isPthZip, readPthZip } from "./pthZip.ts";
import type { StateDict } from "./stateDict.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/** Whether `bytes` start like a file of torch.save, in either of its formats. */
export function isPth(bytes: Uint8Array): boolean {
  return isPthZip(bytes) || isPthLegacy(bytes);
}

/**
 * The state dict that torch.save wrote, alone or in a checkpoint (`state_dict`, `model_state_dict`, `model`), as contiguous float32.
 * Names are those of the bare model (`normalizeNames`); everything that is no tensor is left out. Nothing in the file is executed.
 * @throws WeightsFileError when the file is of another format, damaged, cut short, or uses Python objects that no state dict needs.
 */
export function readPth(bytes: Uint8Array, part?: WeightsPart): StateDict {
  if (isPthZip(bytes)) return readPthZip(bytes, part);
  if (isPthLegacy(bytes)) return readPthLegacy(bytes, part);
  throw new WeightsFileError("this is no file of torch.save, or its start is damaged");
}
