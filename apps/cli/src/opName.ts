import { InputError } from "./exit.ts";
import { nearest } from "./nearest.ts";

/**
 * The one of `names` that a word means: the name itself, PyTorch's name for it by `torch`, or its snake_case spelling.
 * @throws InputError with the nearest name, or all of them where none is near, when the word means none; `kind` is what the names are of: "op".
 */
export function opName(word: string, names: readonly string[], torch: ReadonlyMap<string, string>, kind: string): string {
  const camelCase = word.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const meant = [word, torch.get(word), camelCase].find((name) => name !== undefined && names.includes(name));
  if (meant !== undefined) return meant;
  const ofTorch = new Map([...torch].filter(([, ours]) => names.includes(ours)));
  const near = nearest(word, [...names, ...ofTorch.keys()]);
  const rest =
    near === undefined ? `; there are ${[...new Set(names)].sort().join(", ")}` : `; did you mean "${ofTorch.get(near) ?? near}"?`;
  throw new InputError(`unknown ${kind} "${word}"${rest}`);
}
