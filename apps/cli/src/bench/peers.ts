/** What a user may take instead of Kindling. */
export interface Peer {
  readonly name: string;
  /** File of bench/peers. */
  readonly file: string;
  readonly backend: "webgpu" | "wasm";
  readonly tasks: readonly ("forward" | "step")[];
}

/** The peers, in the order of the table. */
export const peers: readonly Peer[] = [
  { name: "TensorFlow.js WebGPU", file: "tensorFlow.mjs", backend: "webgpu", tasks: ["forward", "step"] },
  { name: "jax-js WebGPU", file: "jax.mjs", backend: "webgpu", tasks: ["forward", "step"] },
  { name: "ONNX Runtime Web WebGPU", file: "onnxRuntimeWeb.mjs", backend: "webgpu", tasks: ["forward"] },
  { name: "ONNX Runtime Node WebGPU", file: "onnxRuntimeNode.mjs", backend: "webgpu", tasks: ["forward"] },
  { name: "TensorFlow.js WASM", file: "tensorFlow.mjs", backend: "wasm", tasks: ["forward", "step"] },
];
