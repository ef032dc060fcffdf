import { nearestNames } from "@kindling/autograd";
import type { StateDict } from "./stateDict.ts";

/** How a state dict differs from what a model expects. Names keep the order of the model and of the file. */
export interface StateDictDifference {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly wrongShape: readonly { readonly name: string; readonly expected: readonly number[]; readonly found: readonly number[] }[];
}

/** What `found` lacks, has too much, or has in another shape than `expected` (names → shapes in PyTorch's layouts). */
export function compareStateDict(expected: ReadonlyMap<string, readonly number[]>, found: StateDict): StateDictDifference {
  const wrongShape: StateDictDifference["wrongShape"][number][] = [];
  for (const [name, shape] of expected) {
    const tensor = found.get(name);
    if (tensor && String(tensor.shape) !== String(shape)) wrongShape.push({ name, expected: shape, found: tensor.shape });
  }
  return {
    missing: [...expected.keys()].filter((name) => !found.has(name)),
    unexpected: [...found.keys()].filter((name) => !expected.has(name)),
    wrongShape,
  };
}

/** Weights that do not fit the model: the message names the first few of each kind and, for unexpected names, the nearest expected one. */
export class WeightsMismatchError extends Error {
  override readonly name = "WeightsMismatchError";
  readonly difference: StateDictDifference;

  /** `source` says where the weights come from (a file name); `expectedNames` are all names of the model. */
  constructor(source: string, expectedNames: Iterable<string>, difference: StateDictDifference) {
    super(`${source}: the weights do not fit the model: ${describe([...expectedNames], difference)}`);
    this.difference = difference;
  }
}

const namesShown = 3;

function describe(expectedNames: readonly string[], { missing, unexpected, wrongShape }: StateDictDifference): string {
  // A tensor that the file lacks is what a misnamed one most likely stands for.
  const candidates = missing.length > 0 ? missing : expectedNames;
  const parts = [
    list(missing, "missing", (name) => name),
    list(unexpected, "unexpected", (name) => {
      const [nearest] = nearestNames(name, candidates, 1);
      return nearest === undefined ? name : `${name}, nearest ${nearest}`;
    }),
    list(wrongShape, "of another shape", (tensor) => {
      return `${tensor.name} is [${tensor.found.join(", ")}], the model has [${tensor.expected.join(", ")}]`;
    }),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function list<T>(items: readonly T[], kind: string, show: (item: T) => string): string {
  if (items.length === 0) return "";
  const shown = items.slice(0, namesShown).map(show);
  if (items.length > namesShown) shown.push("…");
  return `${items.length} ${kind} (${shown.join("; ")})`;
}
