import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** The top folder of the clone that this command runs from, or undefined when it was installed otherwise. */
export function repositoryFolder(): string | undefined {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, "utf8")) as { name?: string }).name === "kindling") return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}
