/** A stretch of a source: `line` and `column` count from 1, `length` is in UTF-16 units, as in GPUCompilationMessage. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/**
 * The line of a place with two lines before and after it, numbered, and a caret under each of its characters; "" for a line that the
 * source does not have.
 */
export function sourceExcerpt(source: string, { line, column, length }: SourcePlace): string {
  const lines = source.split("\n");
  const text = lines[line - 1];
  if (text === undefined) return "";
  const [first, last] = [Math.max(1, line - 2), Math.min(lines.length, line + 2)];
  const width = String(last).length;
  const shown = numbered(lines.slice(first - 1, last), first, width);
  // Tabs stay tabs, so that the caret stands below its character however wide they are shown.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  const carets = "^".repeat(Math.max(1, Math.min(length, text.length - column + 1)));
  return shown.toSpliced(line - first + 1, 0, `${" ".repeat(width)} | ${indent}${carets}`).join("\n");
}

/** Every line with its number. */
export function numberedSource(source: string): string {
  const lines = source.split("\n");
  return numbered(lines, 1, String(lines.length).length).join("\n");
}

function numbered(lines: readonly string[], first: number, width: number): string[] {
  return lines.map((line, i) => `${String(first + i).padStart(width)} | ${line}`.trimEnd());
}
