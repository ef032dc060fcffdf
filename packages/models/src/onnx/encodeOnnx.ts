import { sizeOf } from "@kindling/gpu";
import { type OnnxAttributes, type OnnxInitializer, type OnnxModel, type OnnxNode, type OnnxValue, onnxOpset } from "./onnxModel.ts";
import { floatField, integerField, type Message, messageField, textField } from "./protobuf.ts";

/** The bytes of an .onnx file, in pieces: weights are made and yielded one at a time. Field numbers are those of onnx.proto3. */
export function* encodeOnnx(model: OnnxModel): Generator<Uint8Array, void, undefined> {
  const graph: Message = [
    ...model.nodes.flatMap((node) => messageField(1, nodeMessage(node))),
    ...textField(2, model.name),
    ...model.initializers.flatMap((initializer) => messageField(5, tensorMessage(initializer))),
    ...textField(10, model.description),
    ...model.inputs.flatMap((value) => messageField(11, valueMessage(value))),
    ...model.outputs.flatMap((value) => messageField(12, valueMessage(value))),
    ...model.values.flatMap((value) => messageField(13, valueMessage(value))),
  ];
  const file: Message = [
    ...integerField(1, irVersion),
    ...textField(2, "kindling"),
    ...messageField(7, graph),
    ...messageField(8, integerField(2, onnxOpset)),
    ...Object.entries(model.metadata).flatMap(([key, value]) => messageField(14, [...textField(1, key), ...textField(2, value)])),
  ];
  let small: Uint8Array[] = [];
  for (const piece of file) {
    if (piece instanceof Uint8Array) {
      small.push(piece);
      continue;
    }
    yield joined(small);
    small = [];
    yield piece.make();
  }
  yield joined(small);
}

/** The version of the format that came with the opset. */
const irVersion = 8;

/** TensorProto.DataType. */
const dataTypes = { float32: 1, int64: 7 };

/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 };

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

function nodeMessage({ opType, inputs, output, attributes }: OnnxNode): Message {
  return [
    ...inputs.flatMap((input) => textField(1, input)),
    ...textField(2, output),
    ...textField(3, output),
    ...textField(4, opType),
    ...Object.entries(attributes).flatMap(([name, value]) => messageField(5, [...textField(1, name), ...attributeFields(value)])),
  ];
}

function attributeFields(value: OnnxAttributes[string]): Message {
  if (typeof value === "number") return [...integerField(3, value), ...integerField(20, attributeTypes.integer)];
  if (typeof value === "string") return [...textField(4, value), ...integerField(20, attributeTypes.text)];
  if ("float" in value) return [...floatField(2, value.float), ...integerField(20, attributeTypes.float)];
  return [...value.flatMap((one) => integerField(8, one)), ...integerField(20, attributeTypes.integers)];
}

function tensorMessage({ name, shape, type, data }: OnnxInitializer): Message {
  const byteLength = sizeOf(shape) * (type === "int64" ? 8 : 4);
  const make = () => {
    const numbers = data();
    if (numbers.byteLength !== byteLength)
      throw new Error(`onnx: ${name} has ${numbers.length} numbers for the shape [${shape.join(", ")}]`);
    return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  };
  return [
    ...shape.flatMap((size) => integerField(1, size)),
    ...integerField(2, dataTypes[type]),
    ...textField(8, name),
    ...messageField(9, [{ byteLength, make }]),
  ];
}

function valueMessage({ name, shape }: OnnxValue): Message {
  const dimensions = shape.flatMap((size) => messageField(1, typeof size === "number" ? integerField(1, size) : textField(2, size)));
  const tensor = [...integerField(1, dataTypes.float32), ...messageField(2, dimensions)];
  return [...textField(1, name), ...messageField(2, messageField(1, tensor))];
}
