import { relativeError } from "../checkOp.ts";
import { goldenBound, type TensorCheck } from "./goldenCase.ts";
import { GoldenError } from "./goldenError.ts";
import { type GoldenFiles, type GoldenJson, type GoldenTensor, goldenTensor, readGoldenTensors } from "./goldenFiles.ts";

/** A value file of `models/` with its bounds. */
export interface ModelFile {
  /** A tensor of the file. @throws GoldenError when there is none. */
  tensor(name: string): GoldenTensor;
  /** Compares values, in the order of a file, by the tensor's own bound. */
  compare(name: string, got: ArrayLike<number>): TensorCheck;
  /** The bounds of a tensor that has one a step. */
  bounds(name: string): number | readonly number[];
}

/** Reads `models/NAME.safetensors`. @throws GoldenError when it is missing or damaged. */
export async function modelFile(files: GoldenFiles, name: string, bounds: GoldenJson): Promise<ModelFile> {
  const path = `models/${name}.safetensors`;
  const tensors = await readGoldenTensors(files, path);
  const boundsOf = (tensor: string): number | readonly number[] => {
    const bound = bounds[tensor] ?? goldenBound;
    if ([bound].flat().every((item) => typeof item === "number")) return bound as number | readonly number[];
    throw new GoldenError(`models/bounds.json: ${name}.${tensor} must be a number, or one a step; got ${JSON.stringify(bound)}`);
  };
  return {
    tensor: (tensor) => goldenTensor(tensors, path, tensor),
    compare: (tensor, got) => ({
      name: tensor,
      error: relativeError(got, goldenTensor(tensors, path, tensor).data),
      bound: boundsOf(tensor),
    }),
    bounds: boundsOf,
  };
}
