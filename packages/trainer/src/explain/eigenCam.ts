/**
 * What an activation [h,w,c] looks at most: its pixels, the channels' means removed, projected on their first principal component → [h,w]
 * (Muhammad and Yeasin 2020, "Eigen-CAM"; the removal as in jacobgil/pytorch-grad-cam, utils/svd_on_activations.py). The sign of a component
 * says nothing: here the projection reaches further above zero than below. Zeros where all pixels are alike.
 */
export function eigenProjection(activation: ArrayLike<number>, [height, width, channels]: readonly [number, number, number]): Float64Array {
  const pixels = height * width;
  const centred = withoutMeans(activation, pixels, channels);
  const component = firstComponent(centred, pixels, channels);
  const projection = new Float64Array(pixels);
  for (let p = 0; p < pixels; p++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += centred[p * channels + c]! * component[c]!;
    projection[p] = sum;
  }
  const [low, high] = projection.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 0]);
  return -low > high ? projection.map((value) => -value) : projection;
}

/** The projection's positive part, resized (bilinear, half-pixel centres) and stretched to 0 … 1: [h,w] → [toHeight,toWidth]. */
export function eigenCam(
  projection: ArrayLike<number>,
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float64Array {
  const map = new Float64Array(toHeight * toWidth);
  const value = (y: number, x: number): number => Math.max(0, projection[y * width + x]!);
  for (let i = 0; i < toHeight; i++) {
    const [top, bottom, down] = neighbours(i, height, toHeight);
    for (let j = 0; j < toWidth; j++) {
      const [left, right, across] = neighbours(j, width, toWidth);
      const above = value(top, left) * (1 - across) + value(top, right) * across;
      const below = value(bottom, left) * (1 - across) + value(bottom, right) * across;
      map[i * toWidth + j] = above * (1 - down) + below * down;
    }
  }
  const [low, high] = map.reduce(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [Number.POSITIVE_INFINITY, 0]);
  const range = high - low;
  return range > 0 ? map.map((each) => (each - low) / range) : map.fill(0);
}

/** The two source pixels of a target pixel along an axis, and the share of the second. */
function neighbours(at: number, from: number, to: number): readonly [first: number, second: number, share: number] {
  const source = Math.min(from - 1, Math.max(0, ((at + 0.5) * from) / to - 0.5));
  const first = Math.floor(source);
  return [first, Math.min(from - 1, first + 1), source - first];
}

function withoutMeans(activation: ArrayLike<number>, pixels: number, channels: number): Float64Array {
  const means = new Float64Array(channels);
  for (let at = 0; at < pixels * channels; at++) means[at % channels] = means[at % channels]! + activation[at]! / pixels;
  return Float64Array.from({ length: pixels * channels }, (_, at) => activation[at]! - means[at % channels]!);
}

/** The unit vector [channels] along which the rows of a matrix [pixels,channels] vary most: power iteration on the smaller of XᵀX and XXᵀ. */
function firstComponent(x: Float64Array, pixels: number, channels: number): Float64Array {
  const byChannels = channels <= pixels;
  const size = byChannels ? channels : pixels;
  const square = byChannels ? products(x, pixels, channels) : crossProducts(x, pixels, channels);
  const vector = leadingVector(square, size);
  if (byChannels) return vector;
  const component = new Float64Array(channels);
  for (let p = 0; p < pixels; p++) for (let c = 0; c < channels; c++) component[c] = component[c]! + vector[p]! * x[p * channels + c]!;
  return normalised(component);
}

/** XᵀX [channels,channels]. */
function products(x: Float64Array, pixels: number, channels: number): Float64Array {
  const square = new Float64Array(channels * channels);
  for (let p = 0; p < pixels; p++) {
    for (let a = 0; a < channels; a++) {
      const value = x[p * channels + a]!;
      if (value === 0) continue;
      for (let b = 0; b < channels; b++) square[a * channels + b] = square[a * channels + b]! + value * x[p * channels + b]!;
    }
  }
  return square;
}

/** XXᵀ [pixels,pixels]. */
function crossProducts(x: Float64Array, pixels: number, channels: number): Float64Array {
  const square = new Float64Array(pixels * pixels);
  for (let p = 0; p < pixels; p++) {
    for (let q = 0; q < pixels; q++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += x[p * channels + c]! * x[q * channels + c]!;
      square[p * pixels + q] = sum;
    }
  }
  return square;
}

/** Steps after which two largest eigenvalues that are still mixed are as good as equal. */
const mostSteps = 20_000;

/** The unit eigenvector of the largest eigenvalue of a symmetric matrix without negative ones; zeros for a matrix of zeros. */
function leadingVector(square: Float64Array, size: number): Float64Array {
  // The column of the largest diagonal: it is not orthogonal to what is looked for, but for a set of measure zero.
  let largest = 0;
  for (let i = 1; i < size; i++) if (square[i * size + i]! > square[largest * size + largest]!) largest = i;
  let vector = normalised(square.slice(largest * size, (largest + 1) * size));
  for (let step = 0; step < mostSteps; step++) {
    const next = new Float64Array(size);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) next[i] = next[i]! + square[i * size + j]! * vector[j]!;
    const unit = normalised(next);
    const change = unit.reduce((most, value, i) => Math.max(most, Math.abs(value - vector[i]!)), 0);
    vector = unit;
    if (change < 1e-14) break;
  }
  return vector;
}

function normalised(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return norm > 0 ? vector.map((value) => value / norm) : vector;
}
