import { sizeOf } from "@kindling/gpu";
import type { StateDict } from "@kindling/models";
import type { Networks } from "./networks.ts";
import type { TrainingState } from "./trainingState.ts";

/** What going on exactly needs: every persistent tensor by name, in memory layout, and the counters. */
export interface Snapshot {
  readonly tensors: StateDict;
  readonly state: TrainingState;
}

/** A snapshot that does not belong to the recipe it is resumed with. */
export class CheckpointMismatchError extends Error {
  override readonly name = "CheckpointMismatchError";
}

/** What a snapshot is restored into. */
export interface SnapshotTarget {
  readonly networks: Networks;
  readonly recipeDigest: string;
}

/**
 * Overwrites every persistent variable by the snapshot's.
 * @throws CheckpointMismatchError when it is another recipe's or of other shapes.
 */
export function restoreSnapshot({ networks: { store }, recipeDigest }: SnapshotTarget, { tensors, state }: Snapshot): void {
  if (state.recipeDigest !== recipeDigest) {
    throw new CheckpointMismatchError("the saved state belongs to another recipe: resume with the recipe of the run folder, unchanged");
  }
  for (const [name, variable] of store.persistent) {
    const saved = tensors.get(name);
    if (!saved || saved.data.length !== sizeOf(variable.shape)) {
      throw new CheckpointMismatchError(`the saved state holds no ${name} of the recipe's shape: it belongs to another network`);
    }
    store.write(variable, saved.data);
  }
}
