import { normalizeNames, type WeightsPart } from "./normalizeNames.ts";
import { isPth, readPth } from "./pth.ts";
import { readSafetensors } from "./safetensors.ts";
import { hasSafetensorsHeader } from "./safetensorsHeader.ts";
import type { StateDict } from "./stateDict.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/** A weights file as users name it: a path, and after a `#` the part of a distillation's checkpoint that is meant. */
export interface WeightsReference {
  readonly file: string;
  readonly part?: WeightsPart;
}

/** Takes `kd.pth#student` apart. */
export function parseWeightsReference(text: string): WeightsReference {
  const [, file, part] = /^(.+)#(student|teacher)$/.exec(text) ?? [];
  return file === undefined ? { file: text } : { file, part: part === "student" ? "student" : "teacher" };
}

/**
 * The weights in a safetensors or PyTorch file, told apart by content, under the names of the bare model (see `normalizeNames`), and of a
 * distillation's checkpoint those of `part`. `file` only serves the messages.
 * @throws WeightsFileError naming the file when it is of another format, damaged or cut short, or does not hold the part.
 */
export function readWeights(bytes: Uint8Array, reference: WeightsReference | string): StateDict {
  const { file: fileName, part } = typeof reference === "string" ? { file: reference, part: undefined } : { part: undefined, ...reference };
  try {
    if (isPth(bytes)) return readPth(bytes, part);
    if (hasSafetensorsHeader(bytes)) return normalizeNames(readSafetensors(bytes).tensors, part);
  } catch (cause) {
    if (cause instanceof WeightsFileError) throw new WeightsFileError(`${fileName}: ${cause.message}`, { cause });
    throw cause;
  }
  throw new WeightsFileError(`${fileName}: ${whyUnknown(bytes)}`);
}

function whyUnknown(bytes: Uint8Array): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 512));
  if (bytes.length === 0) return "the file is empty";
  if (start.startsWith("version https://git-lfs")) return "this is a pointer of Git LFS, not the weights; fetch them with `git lfs pull`";
  if (start.startsWith("ustar", 257)) return "this is a PyTorch file from before 0.1.11 (tar); save it again with a newer PyTorch";
  return "neither a safetensors file nor one that torch.save wrote, or its start is damaged";
}
