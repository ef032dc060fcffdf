/** What a user may take instead of Kindling. */
export interface Peer {
  readonly name: string;
  /** File of bench/peers. */
  readonly file: string;
  readonly backend: "webgpu" | "wasm" | "f32" | "amp";
  readonly tasks: readonly ("forward" | "step")[];
}

/** Whether a peer comes with `npm ci` in bench/peers; else it is on the machine or not. */
export function isPackage({ file }: Peer): boolean {
  return file !== pyTorch;
}

const pyTorch = "pyTorch.mjs";

/** The peers, in the order of the table. */
export const peers: readonly Peer[] = [
  { name: "TensorFlow.js WebGPU", file: "tensorFlow.mjs", backend: "webgpu", tasks: ["forward", "step"] },
  { name: "jax-js WebGPU", file: "jax.mjs", backend: "webgpu", tasks: ["forward", "step"] },
  { name: "ONNX Runtime Web WebGPU", file: "onnxRuntimeWeb.mjs", backend: "webgpu", tasks: ["forward"] },
  { name: "ONNX Runtime Node WebGPU", file: "onnxRuntimeNode.mjs", backend: "webgpu", tasks: ["forward"] },
  { name: "PyTorch", file: pyTorch, backend: "f32", tasks: ["forward", "step"] },
  { name: "PyTorch AMP", file: pyTorch, backend: "amp", tasks: ["forward", "step"] },
  { name: "TensorFlow.js WASM", file: "tensorFlow.mjs", backend: "wasm", tasks: ["forward", "step"] },
];
