import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { boxMuller } from "../wgsl/boxMuller.wgsl.ts";
import { philox } from "../wgsl/philox.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/**
 * y [size] = shift + scale · number i, where number i of a stream under a key u32 [2] = (seed, step) is word i mod 4 of Philox4x32-10 at the counter
 * (⌊i / 4⌋, 0, stream, 0).
 */
export type RandomFillProblem = {
  readonly size: number;
  /** "uniform" on [0, 1), from the upper 24 bits of a word; "normal" of mean 0 and variance 1, two of two words. */
  readonly distribution: "uniform" | "normal";
  /** A u32 that keeps the numbers of one use apart from those of another. */
  readonly stream: number;
  readonly shift: number;
  readonly scale: number;
};

const uniforms = { size: "u32", stream: "u32", shift: "f32", scale: "f32" } as const;

/** Random numbers: key → y. The same numbers for the same key, on every adapter (normal ones up to rounding). */
export const randomFillKernel: Kernel<RandomFillProblem, typeof uniforms> = defineKernel({
  name: "randomFill",
  reads: ["key"],
  writes: ["y"],
  f16: ["y"],
  anyBits: ["key"],
  uniforms,
  uniformValues: ({ size, stream, shift, scale }: RandomFillProblem) => ({ size, stream, shift, scale }),
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: ({ distribution }) =>
        source(
          distribution,
          `
  for (var i = 0u; i < min(4u, u.size - 4u * index); i++) {
    y[4u * index + i] = YElement(numbers[i]);
  }`,
        ),
      workgroups: ({ size }) => grid(Math.ceil(size / 4), 64),
    },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["y"],
      source: ({ distribution }) => source(distribution, "  y[index] = YElement(numbers);"),
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 40 * size, bytes: 4 * size }),
});

/** One thread for the four numbers of a counter. */
function source(distribution: RandomFillProblem["distribution"], store: string): string {
  return wgsl`
${philox}
${distribution === "normal" ? boxMuller : ""}
${threadIndex(64)}
  if (index >= (u.size + 3u) / 4u) { return; }
  let words = philox(vec4u(index, 0u, u.stream, 0u), vec2u(key[0], key[1]));
  #if ${distribution === "normal"}
  let standard = boxMuller(words);
  #else
  let standard = vec4f(words >> vec4u(8u)) * 0x1p-24f;
  #endif
  var numbers = u.shift + u.scale * standard;
${store}
}`;
}
