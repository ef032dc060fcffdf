import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * The file that a worker thread runs, NAME.worker.node.js, bundled from NAME.worker.node.ts because Node 20 cannot run TypeScript.
 * It lies beside the bundle that asks for it; among the sources, as in tests, in the folder that KINDLING_WORKERS names.
 * @throws Error when it is in neither place.
 */
export function workerEntry(name: string): URL {
  const beside = new URL(`./${name}.worker.node.js`, import.meta.url);
  if (existsSync(beside)) return beside;
  const folder = process.env.KINDLING_WORKERS;
  const elsewhere = folder && path.join(folder, `${name}.worker.node.js`);
  if (elsewhere && existsSync(elsewhere)) return pathToFileURL(elsewhere);
  throw new Error(
    `worker ${name}: there is no ${fileURLToPath(beside)}${elsewhere ? ` and no ${elsewhere}` : ""}; bundle ${name}.worker.node.ts to one of them, or load with 0 workers`,
  );
}
