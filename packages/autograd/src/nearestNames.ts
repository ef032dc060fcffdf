/** The `count` candidates with the smallest edit distance to `name`, nearest first; ties keep the order of the candidates. */
export function nearestNames(name: string, candidates: Iterable<string>, count: number): readonly string[] {
  return byDistance(name, candidates)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** The candidate that `name` is likely a misspelling of: the nearest one, or none when it differs in more than a third of its letters, and in more than two. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const [nearest] = byDistance(name, candidates);
  if (!nearest) return undefined;
  const few = Math.max(2, Math.ceil(Math.max(name.length, nearest.candidate.length) / 3));
  return nearest.distance <= few ? nearest.candidate : undefined;
}

/** Without regard to case. */
function byDistance(name: string, candidates: Iterable<string>): { readonly candidate: string; readonly distance: number }[] {
  return [...candidates]
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}
