// The student as an ONNX model, opset 13: what PyTorch's exporter makes of it.
import onnxProto from "onnx-proto";
import { fireConvolutions, layers } from "./network.mjs";

const { onnx } = onnxProto;
const [float, int64] = [1, 7]; // TensorProto.DataType
const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
const integers = (name, ints) => ({ name, type: 7, ints });
const text = (name, s) => ({ name, type: 3, s: new TextEncoder().encode(s) });

/** The bytes of a model with input "x" [n,3,h,w] and output "heatmaps" [n,k,h/4,w/4], for these sizes. */
export function onnxModel(weights, x, target) {
  const nodes = [];
  const initializer = [...weights].map(([name, { shape, data }]) => ({ name, dims: shape, dataType: float, rawData: bytesOf(data) }));
  const add = (opType, input, attribute = []) => {
    const output = `${opType}${nodes.length}`;
    nodes.push({ name: output, opType, input, output: [output], attribute });
    return output;
  };
  const conv = (input, { name, stride, padding, relu }) => {
    const [, , kernel] = weights.get(`${name}.weight`).shape;
    const y = add(
      "Conv",
      [input, `${name}.weight`, `${name}.bias`],
      [
        integers("kernel_shape", [kernel, kernel]),
        integers("strides", [stride, stride]),
        integers("pads", [padding, padding, padding, padding]),
      ],
    );
    return relu ? add("Relu", [y]) : y;
  };
  let y = "x";
  for (const layer of layers) {
    switch (layer.kind) {
      case "conv":
        y = conv(y, layer);
        break;
      case "pool":
        y = add("MaxPool", [y], [integers("kernel_shape", [3, 3]), integers("strides", [2, 2]), { name: "ceil_mode", type: 2, i: 1 }]);
        break;
      case "fire": {
        const { squeeze, expand1x1, expand3x3 } = fireConvolutions(layer);
        const squeezed = conv(y, squeeze);
        y = add("Concat", [conv(squeezed, expand1x1), conv(squeezed, expand3x3)], [{ name: "axis", type: 2, i: 1 }]);
        break;
      }
      case "resize": {
        const channels = weights.get("conv_heatmap.weight").shape[1];
        const sizes = BigInt64Array.from([target.shape[0], channels, ...target.shape.slice(2)], BigInt);
        initializer.push({ name: "sizes", dims: [4], dataType: int64, rawData: bytesOf(sizes) });
        y = add("Resize", [y, "", "", "sizes"], [text("mode", "linear"), text("coordinate_transformation_mode", "pytorch_half_pixel")]);
        break;
      }
    }
  }
  nodes.at(-1).output = ["heatmaps"];
  const value = (name, shape) => ({
    name,
    type: { tensorType: { elemType: float, shape: { dim: shape.map((size) => ({ dimValue: size })) } } },
  });
  const graph = { name: "student", node: nodes, initializer, input: [value("x", x.shape)], output: [value("heatmaps", target.shape)] };
  return onnx.ModelProto.encode(onnx.ModelProto.create({ irVersion: 8, opsetImport: [{ domain: "", version: 13 }], graph })).finish();
}
