import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as ort from "onnxruntime-web/wasm";

const dist = path.dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
ort.env.wasm.wasmBinary = readFileSync(path.join(dist, "ort-wasm-simd-threaded.wasm"));
ort.env.wasm.numThreads = 1;

/** What a model says of itself, and what it computes, in ONNX Runtime: an implementation that is none of ours. */
export interface OnnxSession {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
  run(feeds: Readonly<Record<string, OnnxArray>>): Promise<Readonly<Record<string, OnnxArray>>>;
}

/** Numbers of a shape. */
export interface OnnxArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Opens the bytes of an .onnx file. */
export async function openOnnx(pieces: Iterable<Uint8Array>): Promise<OnnxSession> {
  const session = await ort.InferenceSession.create(new Uint8Array(Buffer.concat([...pieces])), {
    executionProviders: ["wasm"],
    logSeverityLevel: 2,
  });
  const shapes = (metadata: readonly ort.InferenceSession.ValueMetadata[]) =>
    Object.fromEntries(metadata.map((value) => [value.name, value.isTensor ? value.shape : []]));
  return {
    inputs: shapes(session.inputMetadata),
    outputs: shapes(session.outputMetadata),
    async run(feeds) {
      const made = await session.run(
        Object.fromEntries(Object.entries(feeds).map(([name, { shape, data }]) => [name, new ort.Tensor("float32", data, shape)])),
      );
      // All that we export are float32.
      return Object.fromEntries(Object.entries(made).map(([name, { dims, data }]) => [name, { shape: dims, data: data as Float32Array }]));
    },
  };
}
