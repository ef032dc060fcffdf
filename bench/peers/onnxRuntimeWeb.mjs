// ONNX Runtime Web with its WebGPU provider, on the navigator.gpu that it is given. Inference only.
import { readFileSync } from "node:fs";
import { onnxModel } from "./onnxModel.mjs";

/** See peer.worker.node.ts. */
export async function createPeer({ backend, weights, x, target }) {
  copySharedViews();
  const files = new URL("./node_modules/onnxruntime-web/dist/", import.meta.url);
  const ort = await import(new URL("ort.webgpu.bundle.min.mjs", files).href);
  ort.env.wasm.wasmBinary = readFileSync(new URL("ort-wasm-simd-threaded.asyncify.wasm", files)).buffer;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create(onnxModel(weights, x, target), { executionProviders: [backend] });
  const feeds = { x: new ort.Tensor("float32", x.data, x.shape) };
  return {
    version: `ONNX Runtime Web ${ort.env.versions.web}`,
    run: async () => (await session.run(feeds)).heatmaps.getData(),
  };
}

/** Dawn in Node refuses views of shared memory, in which this library's WebAssembly lives; a browser takes them. */
function copySharedViews() {
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (buffer, bufferOffset, data, offset = 0, size = undefined) {
    if (!ArrayBuffer.isView(data) || !(data.buffer instanceof SharedArrayBuffer)) {
      return size === undefined
        ? writeBuffer.call(this, buffer, bufferOffset, data, offset)
        : writeBuffer.call(this, buffer, bufferOffset, data, offset, size);
    }
    const end = size === undefined ? data.length : offset + size;
    return writeBuffer.call(this, buffer, bufferOffset, data.slice(offset, end));
  };
}
