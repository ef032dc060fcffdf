// Bundles the sources of this repository with esbuild, once for each state of them. Plain JavaScript: Node 20 cannot run TypeScript.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

const cache = path.join(root, "node_modules", ".cache", "kindling");
const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Returns the folder of the bundle of the present sources, making it when there is none: `main.js` (unless `workersOnly`) and one
 * `NAME.worker.node.js` for each `NAME.worker.node.ts` under a `src`, all side by side, with source maps. A folder is written under another
 * name and renamed, and never changed afterwards, so any number of processes may do this at once. Packages of npm stay outside of it.
 */
export async function bundle({ workersOnly = false } = {}) {
  const sources = readSources();
  const folder = path.join(cache, `${workersOnly ? "workers" : "main"}-${sources.hash}`);
  if (!existsSync(folder)) await make(folder, sources, workersOnly);
  else markUsed(folder);
  return folder;
}

/** Bundles into `folder`, which is emptied first. */
export async function bundleInto(folder) {
  rmSync(folder, { recursive: true, force: true });
  await write(folder, readSources(), false);
}

/** Says that a process runs from `folder`; those that nobody used for a day are removed when the next one is made. */
export function markUsed(folder) {
  const now = new Date();
  utimesSync(folder, now, now);
}

/** The worker entries, and a hash that changes with any source: of paths, sizes and times, because reading them all would cost more. */
function readSources() {
  const hash = createHash("sha256");
  const workers = [];
  const add = (file) => {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(root, file)}\0${size}\0${mtimeMs}\n`);
  };
  add(path.join(root, "package-lock.json"));
  add(fileURLToPath(import.meta.url));
  for (const group of ["packages", "apps"]) {
    for (const name of readdirSync(path.join(root, group)).sort()) {
      const manifest = path.join(root, group, name, "package.json");
      if (existsSync(manifest)) add(manifest);
      for (const file of filesUnder(path.join(root, group, name, "src"))) {
        add(file);
        if (file.endsWith(".worker.node.ts")) workers.push(file);
      }
      for (const file of filesUnder(path.join(root, group, name, "tuned"))) add(file); // JSON that sources import
    }
  }
  return { hash: hash.digest("hex").slice(0, 16), workers };
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function make(folder, sources, workersOnly) {
  const temporary = path.join(cache, `new-${randomUUID()}`);
  try {
    mkdirSync(cache, { recursive: true });
    removeUnused();
    await write(temporary, sources, workersOnly);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process made the same bundle first
  }
}

function removeUnused() {
  for (const name of readdirSync(cache)) {
    const folder = path.join(cache, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > dayMilliseconds) rmSync(folder, { recursive: true, force: true });
  }
}

async function write(folder, { workers }, workersOnly) {
  mkdirSync(folder, { recursive: true });
  const { build } = await import("esbuild");
  const entries = workers.map((file) => ({ in: file, out: path.basename(file, ".ts") }));
  const repeated = entries.find(({ out }, i) => entries.findIndex((entry) => entry.out === out) < i);
  if (repeated) throw new Error(`two worker entries are named ${repeated.out}.ts; the bundle puts them side by side, so rename one`);
  if (!workersOnly) entries.push({ in: path.join(root, "apps/cli/src/main.ts"), out: "main" });
  if (entries.length === 0) return;
  await build({
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    splitting: true, // chunks lie beside the entries, so `import.meta.url` is in this folder everywhere
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: true,
    jsx: "automatic",
    logLevel: "silent", // build() throws an error that holds the messages
    plugins: [{ name: "ours-only", setup: leavePackagesOutside }],
  });
}

/** `#name` imports are those of package.json. npm's packages are resolved at run time from the repository's node_modules; ours are bundled. */
function leavePackagesOutside({ onResolve }) {
  onResolve({ filter: /^[^./#]/ }, ({ path: specifier, kind }) => {
    if (kind === "entry-point" || path.isAbsolute(specifier) || specifier.startsWith("@kindling/")) return undefined;
    return { path: specifier, external: true };
  });
}
