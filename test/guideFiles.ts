/** A fenced block of a guide whose first line names a file: the whole of a new file, or lines to insert into one. */
export type GuideBlock =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "insertion"; readonly path: string; readonly lines: readonly string[] };

/** The blocks of a guide that name a file, "```ts PATH" or "```diff PATH", in order. */
export function guideBlocks(markdown: string): readonly GuideBlock[] {
  return [...markdown.matchAll(/^```(ts|diff) (\S+)\n([\s\S]*?)^```$/gm)].map(([, language, path, text]) =>
    language === "ts" ? { kind: "file", path: path!, text: text! } : { kind: "insertion", path: path!, lines: text!.trimEnd().split("\n") },
  );
}

/**
 * A file with the lines of a diff inserted: added lines ("+…") go below the line that the one above them (" …") begins, or, at the head
 * of the diff, above the line that the one below them begins.
 * @throws Error when the file has no such line.
 */
export function insertLines(text: string, diff: readonly string[]): string {
  const lines = text.split("\n");
  const find = (start: string): number => {
    const at = lines.findIndex((line) => line.startsWith(start));
    if (at < 0) throw new Error(`there is no line that begins with "${start}"`);
    return at;
  };
  const first = diff.find((line) => line.startsWith(" "));
  let at = find((first ?? "").slice(1));
  for (const line of diff) {
    if (line.startsWith("+")) lines.splice(at++, 0, line.slice(1));
    else at = find(line.slice(1)) + 1;
  }
  return lines.join("\n");
}
