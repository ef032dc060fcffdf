import fs from "node:fs";
import path from "node:path";
import { readSafetensors } from "../stateDict/safetensors.ts";
import type { StateDict } from "../stateDict/stateDict.ts";

const shared: string = path.resolve(import.meta.dirname, "../../../../../shared");

/** Whether the reference values lie beside the checkout; tests that need them skip where they do not. */
export const haveShared: boolean =
  fs.existsSync(path.join(shared, "golden/models")) && fs.existsSync(path.join(shared, "data/state_dicts"));

/** A file of the shared folder. */
export function sharedFile(name: string): Buffer {
  return fs.readFileSync(path.join(shared, name));
}

/** PyTorch's values of a model: `x`, `output`, … in NCHW. */
export function goldenValues(name: string): StateDict {
  return readSafetensors(sharedFile(`golden/models/${name}.safetensors`)).tensors;
}

/** The relative L2 errors allowed for the tensors of {@link goldenValues}. */
export function goldenBounds(name: string): Readonly<Record<string, number>> {
  return JSON.parse(sharedFile("golden/models/bounds.json").toString())[name];
}

/** Names and shapes of a published checkpoint, without `num_batches_tracked`. */
export function publishedShapes(name: string): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = JSON.parse(sharedFile(`data/state_dicts/${name}.json`).toString());
  return Object.fromEntries(Object.entries(shapes).filter(([key]) => !key.endsWith("num_batches_tracked")));
}

/** Images [n,c,h,w] as [n,h,w,channels], further channels zero. */
export function toChannelsLast(
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  channels: number = shape[1]!,
): { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> } {
  const [n, c, h, w] = shape as readonly [number, number, number, number]; // images have four axes
  const result = new Float32Array(n * h * w * channels);
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < c; channel++)
      for (let pixel = 0; pixel < h * w; pixel++)
        result[(image * h * w + pixel) * channels + channel] = data[(image * c + channel) * h * w + pixel]!;
  return { shape: [n, h, w, channels], data: result };
}
