import type { Shape } from "@kindling/gpu";
import type { GoldenTensor } from "./goldenFiles.ts";

/**
 * How a tensor of a file lies in memory: as it is; [n,c,h,w] as [n,h,w,c]; [o,i,h,w] as [h,w,i,o] (of a transposed convolution [i,o,h,w] as
 * [h,w,o,i]); [o,i] as [i,o]; one number a map, [n,k,1,1], as [n,k]; one number a channel, [c,1,1], as [c]; [1] as [].
 */
export type TorchLayout = "plain" | "image" | "convolution" | "linear" | "perMap" | "perChannel" | "scalar";

/** A tensor of a file as memory has it. */
export function toMemory(tensor: GoldenTensor, layout: TorchLayout): GoldenTensor {
  const { shape } = tensor;
  switch (layout) {
    case "plain":
      return tensor;
    case "image":
      return transpose(tensor, [0, 2, 3, 1]);
    case "convolution":
      return transpose(tensor, [2, 3, 1, 0]);
    case "linear":
      return { shape: [shape[1]!, shape[0]!], data: transposeMatrix(tensor) };
    case "perMap":
      return { shape: shape.slice(0, 2), data: tensor.data };
    case "perChannel":
      return { shape: shape.slice(0, 1), data: tensor.data };
    case "scalar":
      return { shape: [], data: tensor.data };
    default:
      return layout satisfies never;
  }
}

/** Values of a file as a tensor of this shape in memory; the file may have flattened axes. */
export function valuesToMemory(data: Float32Array, memoryShape: Shape, layout: TorchLayout): Float32Array {
  return toMemory({ shape: fileShape(memoryShape, layout), data }, layout).data;
}

/** Values of memory in the order of a file. */
export function valuesToFile(data: Float32Array, memoryShape: Shape, layout: TorchLayout): Float32Array {
  if (layout === "image") return transpose({ shape: memoryShape, data }, [0, 3, 1, 2]).data;
  if (layout === "convolution") return transpose({ shape: memoryShape, data }, [3, 2, 0, 1]).data;
  if (layout === "linear") return transposeMatrix({ shape: memoryShape, data });
  return data;
}

function fileShape(memoryShape: Shape, layout: TorchLayout): Shape {
  const [a = 1, b = 1, c = 1, d = 1] = memoryShape;
  if (layout === "image") return [a, d, b, c];
  if (layout === "convolution") return [d, c, a, b];
  if (layout === "linear") return [b, a];
  return memoryShape;
}

function transposeMatrix({ shape, data }: GoldenTensor): Float32Array {
  return transpose({ shape: [1, 1, ...shape], data }, [0, 1, 3, 2]).data;
}

/** Axis i of the result is axis `order[i]` of a tensor of four axes. */
function transpose({ shape, data }: GoldenTensor, order: readonly [number, number, number, number]): GoldenTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] ?? 1) as [number, number, number, number];
  const [sa, sb, sc, sd] = order.map((axis) => strides[axis] ?? 0) as [number, number, number, number];
  const result = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < sizes[0]; a++)
    for (let b = 0; b < sizes[1]; b++)
      for (let c = 0; c < sizes[2]; c++) for (let d = 0; d < sizes[3]; d++) result[at++] = data[a * sa + b * sb + c * sc + d * sd]!;
  return { shape: sizes, data: result };
}
