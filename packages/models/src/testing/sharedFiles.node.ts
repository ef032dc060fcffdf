import fs from "node:fs";
import path from "node:path";

const shared: string = path.resolve(import.meta.dirname, "../../../../../shared");

/** Whether the reference values lie beside the checkout; tests that need them skip where they do not. */
export const haveShared: boolean =
  fs.existsSync(path.join(shared, "golden/models")) && fs.existsSync(path.join(shared, "data/state_dicts"));

/** A file of the shared folder. */
export function sharedFile(name: string): Buffer {
  return fs.readFileSync(path.join(shared, name));
}

/** Names and shapes of a published checkpoint, without `num_batches_tracked`. */
export function publishedShapes(name: string): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = JSON.parse(sharedFile(`data/state_dicts/${name}.json`).toString());
  return Object.fromEntries(Object.entries(shapes).filter(([key]) => !key.endsWith("num_batches_tracked")));
}
