import type { Variable } from "@kindling/autograd";
import { fileShape } from "@kindling/models";
import { valuesToFile } from "./torchLayout.ts";

/** Numbers shaped like a variable (its gradient, for example) in the order of a file; a fourth image channel is left out. */
export function weightToFile(variable: Variable, data: Float32Array): Float32Array {
  if (variable.layout.kind === "plain") return data;
  const [outChannels = 0, inChannels = 0, height = 0, width = 0] = fileShape(variable);
  const pixels = height * width;
  const inMemory = variable.shape[2]!; // HWIO
  const whole = valuesToFile(data, variable.shape, "convolution");
  const result = new Float32Array(outChannels * inChannels * pixels);
  for (let o = 0; o < outChannels; o++) {
    const from = o * inMemory * pixels;
    result.set(whole.subarray(from, from + inChannels * pixels), o * inChannels * pixels);
  }
  return result;
}
