/**
 * OIHW of a file → HWIO of memory; depthwise and grouped weights too, with i the channels of one group.
 * `inChannels` ≥ i: an image-input convolution keeps four input channels in memory where the file has three, and the rest stay zero.
 * @throws RangeError when data and shape disagree or `inChannels` is smaller than the file's.
 */
export function convWeightToMemory(data: Float32Array, fileShape: readonly number[], inChannels: number): Float32Array<ArrayBuffer> {
  const [outChannels, fileInChannels, height, width] = conv2dSizes("convWeightToMemory", fileShape);
  checkLength("convWeightToMemory", data, fileShape);
  checkChannels("convWeightToMemory", inChannels, fileInChannels);
  const memory = new Float32Array(height * width * inChannels * outChannels);
  for (let o = 0; o < outChannels; o++)
    for (let i = 0; i < fileInChannels; i++)
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++)
          memory[((h * width + w) * inChannels + i) * outChannels + o] = data[((o * fileInChannels + i) * height + h) * width + w]!;
  return memory;
}

/**
 * HWIO of memory → OIHW of a file, which keeps the first `fileInChannels` of the input channels: the inverse of `convWeightToMemory`.
 * @throws RangeError when data and shape disagree or `fileInChannels` exceeds the channels in memory.
 */
export function convWeightToFile(data: Float32Array, memoryShape: readonly number[], fileInChannels: number): Float32Array<ArrayBuffer> {
  const [height, width, inChannels, outChannels] = conv2dSizes("convWeightToFile", memoryShape);
  checkLength("convWeightToFile", data, memoryShape);
  checkChannels("convWeightToFile", inChannels, fileInChannels);
  const file = new Float32Array(outChannels * fileInChannels * height * width);
  for (let o = 0; o < outChannels; o++)
    for (let i = 0; i < fileInChannels; i++)
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++)
          file[((o * fileInChannels + i) * height + h) * width + w] = data[((h * width + w) * inChannels + i) * outChannels + o]!;
  return file;
}

/**
 * [out, in] of a file → [in, out] of memory.
 * @throws RangeError when data and shape disagree.
 */
export function linearWeightToMemory(data: Float32Array, fileShape: readonly number[]): Float32Array<ArrayBuffer> {
  return transpose("linearWeightToMemory", data, fileShape);
}

/**
 * [in, out] of memory → [out, in] of a file: the inverse of `linearWeightToMemory`.
 * @throws RangeError when data and shape disagree.
 */
export function linearWeightToFile(data: Float32Array, memoryShape: readonly number[]): Float32Array<ArrayBuffer> {
  return transpose("linearWeightToFile", data, memoryShape);
}

function transpose(operation: string, data: Float32Array, shape: readonly number[]): Float32Array<ArrayBuffer> {
  if (shape.length !== 2) throw new RangeError(`${operation}: the weight of a linear layer has two axes; got [${shape.join(", ")}]`);
  checkLength(operation, data, shape);
  const [rows, columns] = shape as readonly [number, number]; // the length was checked
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column]!;
  return result;
}

function conv2dSizes(operation: string, shape: readonly number[]): readonly [number, number, number, number] {
  if (shape.length !== 4) throw new RangeError(`${operation}: the weight of a convolution has four axes; got [${shape.join(", ")}]`);
  return shape as readonly [number, number, number, number]; // the length was checked
}

function checkLength(operation: string, data: Float32Array, shape: readonly number[]): void {
  if (data.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new RangeError(`${operation}: [${shape.join(", ")}] and ${data.length} elements disagree`);
  }
}

function checkChannels(operation: string, inMemory: number, inFile: number): void {
  if (inMemory < inFile) throw new RangeError(`${operation}: memory must hold the file's ${inFile} input channels; it has ${inMemory}`);
}
