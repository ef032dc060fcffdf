import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** Folder of an installed npm package as seen from this file, or undefined. Needs nothing of the package's `exports`. */
export function packageFolder(name: string): string | undefined {
  const roots = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return roots.map((root) => path.join(root, name)).find((folder) => existsSync(path.join(folder, "package.json")));
}

/** The version in a package folder's package.json. */
export function packageVersion(folder: string): string {
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string }; // npm refuses packages without one
  return version;
}
