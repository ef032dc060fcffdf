import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The bundled entry of a process of our own, `NAME.worker.node.ts` in the sources. @throws Error when no bundle holds it. */
export function workerFile(name: string): string {
  const file = `${name}.worker.node.js`;
  const beside = fileURLToPath(new URL(`./${file}`, import.meta.url));
  if (existsSync(beside)) return beside;
  const elsewhere = path.join(process.env.KINDLING_WORKERS ?? "", file);
  if (existsSync(elsewhere)) return elsewhere;
  throw new Error(`there is no ${beside}; run kindling from its bundle, as npx does`);
}
