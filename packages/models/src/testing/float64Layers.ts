import type { StateDict } from "../stateDict/stateDict.ts";

/** One image, channels first, in float64. */
export interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** Layers by their definition in float64, on the tensors of a state dict as PyTorch lays them out: nothing in common with our own. */
export class Float64Layers {
  readonly #weights: StateDict;

  constructor(weights: StateDict) {
    this.#weights = weights;
  }

  tensor(name: string): { readonly shape: readonly number[]; readonly data: Float32Array } {
    const found = this.#weights.get(name);
    if (!found) throw new Error(`the state dict has no ${name}`);
    return found;
  }

  /** torch.nn.Conv2d, with the bias that the state dict has; groups follow from the weight's shape. */
  conv(x: Planes, name: string, { stride = 1, padding = 0 }: { readonly stride?: number; readonly padding?: number } = {}): Planes {
    const { shape, data: weight } = this.tensor(`${name}.weight`);
    const [outChannels = 0, groupChannels = 0, kernelHeight = 0, kernelWidth = 0] = shape;
    const bias = this.#weights.get(`${name}.bias`)?.data;
    const groupOutputs = outChannels / (x.channels / groupChannels);
    const out = (size: number, kernel: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    const [height, width] = [out(x.height, kernelHeight), out(x.width, kernelWidth)];
    return planes(outChannels, height, width, (o, i, j) => {
      const first = Math.floor(o / groupOutputs) * groupChannels;
      let sum = bias?.[o] ?? 0;
      for (let c = 0; c < groupChannels; c++)
        for (let r = 0; r < kernelHeight; r++)
          for (let s = 0; s < kernelWidth; s++) {
            const [row, column] = [i * stride + r - padding, j * stride + s - padding];
            if (row < 0 || row >= x.height || column < 0 || column >= x.width) continue;
            sum += at(x, first + c, row, column) * weight[((o * groupChannels + c) * kernelHeight + r) * kernelWidth + s]!;
          }
      return sum;
    });
  }

  /** torch.nn.BatchNorm2d in evaluation. */
  norm(x: Planes, name: string, epsilon = 1e-5): Planes {
    const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
      (part) => this.tensor(`${name}.${part}`).data,
    );
    return map(x, (value, c) => ((value - mean![c]!) / Math.sqrt(variance![c]! + epsilon)) * gamma![c]! + beta![c]!);
  }

  /** torch.nn.Linear without bias: rows [k,in] → [k,out]. */
  linear(rows: readonly Float64Array[], name: string): readonly Float64Array[] {
    const { shape, data } = this.tensor(`${name}.weight`);
    const [outSize = 0, inSize = 0] = shape;
    return rows.map((row) =>
      Float64Array.from({ length: outSize }, (_, o) => row.reduce((sum, value, i) => sum + value * data[o * inSize + i]!, 0)),
    );
  }
}

/** Planes whose values a function gives. */
export function planes(channels: number, height: number, width: number, value: (c: number, i: number, j: number) => number): Planes {
  const data = new Float64Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) data[(c * height + i) * width + j] = value(c, i, j);
  return { channels, height, width, data };
}

/** Another value for each, which may depend on its channel. */
export function map(x: Planes, value: (value: number, channel: number) => number): Planes {
  return { ...x, data: x.data.map((old, i) => value(old, Math.floor(i / (x.height * x.width)))) };
}

/** Channels of several, one after the other. */
export function concat(all: readonly Planes[]): Planes {
  return {
    ...all[0]!,
    channels: all.reduce((sum, { channels }) => sum + channels, 0),
    data: Float64Array.from(all.flatMap(({ data }) => [...data])),
  };
}

/** The largest value within `radius` pixels. */
export function maxPool(x: Planes, radius: number): Planes {
  return planes(x.channels, x.height, x.width, (c, i, j) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let row = Math.max(0, i - radius); row <= Math.min(x.height - 1, i + radius); row++)
      for (let column = Math.max(0, j - radius); column <= Math.min(x.width - 1, j + radius); column++)
        most = Math.max(most, at(x, c, row, column));
    return most;
  });
}

/** x / (1 + e^−x). */
export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

function at({ data, height, width }: Planes, c: number, i: number, j: number): number {
  return data[(c * height + i) * width + j]!;
}
