import { readFile } from "node:fs/promises";
import { readSafetensors, type StateDict, writeSafetensors } from "@kindling/models";
import { writeFileAtomically } from "./atomicFile.node.ts";
import type { TrainingState } from "./trainingState.ts";

/** A training state that is missing, damaged or of another version. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** Raised when the meaning of a saved state changes. */
const version = 1;

/**
 * Saves tensors (weights, optimizer slots, running statistics) and state in one safetensors file, renamed into place:
 * killed at any moment, the file is the old state or the new one, never a mixture. Equal states give equal bytes.
 */
export async function saveCheckpoint(file: string, tensors: StateDict, state: TrainingState): Promise<void> {
  const metadata = { kindlingTrainingState: JSON.stringify({ version, ...state }) };
  await writeFileAtomically(file, writeSafetensors(tensors, metadata));
}

/** @throws CheckpointError when there is no such file, it is damaged, or it is no training state of this version. */
export async function loadCheckpoint(file: string): Promise<{ readonly tensors: StateDict; readonly state: TrainingState }> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CheckpointError(error.code === "ENOENT" ? `${file}: nothing was saved yet; start the run anew` : `${file}: ${error.message}`);
  });
  let content: ReturnType<typeof readSafetensors>;
  try {
    content = readSafetensors(bytes);
  } catch (error) {
    throw new CheckpointError(`${file}: the training state is damaged: ${(error as Error).message}`, { cause: error });
  }
  const text = content.metadata.kindlingTrainingState;
  if (text === undefined) throw new CheckpointError(`${file}: these are weights, not a training state`);
  const { version: found, ...state } = JSON.parse(text) as TrainingState & { version: number }; // the file is whole, so it is ours
  if (found !== version)
    throw new CheckpointError(`${file}: the training state has version ${found}; this Kindling reads version ${version}`);
  return { tensors: content.tensors, state };
}
