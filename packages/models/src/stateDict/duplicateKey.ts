/** The first key that the outermost object of `json`, which must be valid JSON, has twice; JSON.parse would keep the last silently. */
export function duplicateKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let text = "";
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const end = endOfString(json, i);
      text = json.slice(i, end);
      i = end - 1;
    } else if (character === ":" && depth === 1) {
      const key = JSON.parse(text) as string; // a string, since `text` starts and ends with quotes
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i + 1;
}
