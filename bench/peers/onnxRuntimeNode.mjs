// ONNX Runtime for Node with its native WebGPU provider: a Dawn of its own, on the adapter that it finds first. Inference only.
import ort from "onnxruntime-node";
import { onnxModel } from "./onnxModel.mjs";

/** See peer.worker.node.ts. */
export async function createPeer({ backend, weights, x, target }) {
  const model = onnxModel(weights, x, target);
  const session = await ort.InferenceSession.create(model, { executionProviders: [backend], logSeverityLevel: 3 });
  const feeds = { x: new ort.Tensor("float32", x.data, x.shape) };
  return {
    version: `ONNX Runtime Node ${ort.env.versions.node}`,
    run: async () => (await session.run(feeds)).heatmaps.getData(),
  };
}
