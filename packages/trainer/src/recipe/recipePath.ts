/**
 * `path` as seen from `folder`, with `.` and `..` resolved; absolute paths and URLs stay as they are.
 * Pure text, so that recipes parse the same way in a browser.
 */
export function resolvePath(folder: string, path: string): string {
  if (isAbsolute(path) || folder === "") return path;
  const joined = `${folder}/${path}`.replaceAll("\\", "/");
  const root = /^(?:[A-Za-z]:)?\//.exec(joined)?.[0] ?? "";
  const parts: string[] = [];
  for (const part of joined.slice(root.length).split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || root === "") parts.push(part);
  }
  return root + parts.join("/") || ".";
}

/** The folder that a file lies in; "." for a bare name. */
export function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}

function isAbsolute(path: string): boolean {
  return /^(?:[\\/]|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]+:\/\/)/.test(path);
}
