/** A network as ONNX has it (github.com/onnx/onnx, docs/IR.md), with the operators of opset {@link onnxOpset}. */
export interface OnnxModel {
  readonly name: string;
  /** What it is and where it comes from, for readers. */
  readonly description: string;
  /** In an order in which each reads what those before it made. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Shapes of values in between, which viewers show. */
  readonly values: readonly OnnxValue[];
  /** `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** PyTorch's exporter of 2026 writes this version too: the first in which Resize may leave the batch axis alone. */
export const onnxOpset = 18;

/** One operator; all that we write have one output. */
export interface OnnxNode {
  readonly opType: string;
  /** Names of values; "" leaves an optional one out. */
  readonly inputs: readonly string[];
  /** Name of the value, and of the node. */
  readonly output: string;
  readonly attributes: OnnxAttributes;
}

/** Attributes by name: whole numbers, lists of them, texts, and floats. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | string | { readonly float: number }>>;

/** Numbers that the file holds. */
export interface OnnxInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: "float32" | "int64";
  /** Made when they are written, so that a network is never in memory twice. */
  readonly data: () => Float32Array | BigInt64Array;
}

/** A value of float32: sizes, and names of sizes that vary. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}
