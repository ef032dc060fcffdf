import type { KernelCost } from "@kindling/autograd";

/** What a machine reaches at most: billions of operations, and of bytes read and written, a second. */
export interface Peaks {
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

/** The least time of some kernel calls on a machine, and what it is made of. */
export interface Floor {
  readonly kernels: number;
  readonly gflop: number;
  readonly megabytes: number;
  /** Each call takes its arithmetic or its memory, whichever takes longer, and no other time. */
  readonly milliseconds: number;
  /** What most of these are. */
  readonly bound: "arithmetic" | "memory";
}

/**
 * The roofline model (Williams, Waterman and Patterson 2009) of a list of kernel calls: Σ max(operations ÷ peak, bytes ÷ bandwidth), with each value
 * that a call reads or writes brought from memory once.
 */
export function floorOf(kernels: readonly Pick<KernelCost, "flops" | "bytes">[], { gflops, gigabytesPerSecond }: Peaks): Floor {
  let [flops, bytes, arithmetic, memory] = [0, 0, 0, 0];
  for (const kernel of kernels) {
    flops += kernel.flops;
    bytes += kernel.bytes;
    const [computing, moving] = [kernel.flops / gflops / 1e6, kernel.bytes / gigabytesPerSecond / 1e6];
    if (computing > moving) arithmetic += computing;
    else memory += moving;
  }
  return {
    kernels: kernels.length,
    gflop: flops / 1e9,
    megabytes: bytes / 1e6,
    milliseconds: arithmetic + memory,
    bound: arithmetic > memory ? "arithmetic" : "memory",
  };
}

/**
 * Kernel calls by layer, in the order of the first of each; module paths are cut so that there are at most `rows`, and calls outside of modules have
 * the name of their kernel in brackets.
 */
export function byLayer<T extends Pick<KernelCost, "layer" | "kernel">>(
  kernels: readonly T[],
  rows: number,
): ReadonlyMap<string, readonly T[]> {
  const deepest = Math.max(1, ...kernels.map(({ layer }) => layer.split(".").length));
  for (let depth = deepest; ; depth--) {
    const groups = new Map<string, T[]>();
    for (const kernel of kernels) {
      const name = kernel.layer === "" ? `(${kernel.kernel})` : kernel.layer.split(".").slice(0, depth).join(".");
      const group = groups.get(name);
      if (group) group.push(kernel);
      else groups.set(name, [kernel]);
    }
    if (groups.size <= rows || depth === 1) return groups;
  }
}
