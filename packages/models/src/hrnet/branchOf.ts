import { ModelError } from "../modelError.ts";
import type { StateDict } from "../stateDict/stateDict.ts";

/** One branch of an ensemble as a network of its own. */
export interface Branch {
  /** The name that createModel knows: "hrnet-w32". */
  readonly model: string;
  readonly weights: StateDict;
}

/**
 * The weights of the shared part and of branch `branch`, counted from 1, of a network named `okdhp-hrnet-wN`: an `hrnet-wN`, whose heatmaps are those of
 * the branch. The other branches and the aggregation are left out.
 * @throws ModelError for a network without branches, or without that one.
 */
export function branchOf(name: string, weights: StateDict, branch: number): Branch {
  const [, model] = /^okdhp-(hrnet-w\d+)$/.exec(name) ?? [];
  if (model === undefined) throw new ModelError(`${name} has no branches; networks named okdhp-hrnet-wN have`);
  const own = `branches.${branch - 1}.`;
  const kept = [...weights].flatMap(([key, tensor]) => {
    if (key.startsWith(own)) return [[key.slice(own.length), tensor] as const];
    return /^(?:branches|aggregation)\./.test(key) ? [] : [[key, tensor] as const];
  });
  if (![...weights.keys()].some((key) => key.startsWith(own))) {
    const count = new Set([...weights.keys()].flatMap((key) => /^branches\.\d+/.exec(key) ?? [])).size;
    throw new ModelError(`${name} has branches 1 to ${count}, not ${branch}`);
  }
  return { model, weights: new Map(kept) };
}
