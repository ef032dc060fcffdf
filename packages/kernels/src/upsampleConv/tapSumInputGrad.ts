import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { unroll, wgsl } from "../wgsl.ts";
import { type TapAxisProblem, tapAxisSizes, tapAxisUniforms, tapAxisValues, tapsAreVectors } from "./tapAxis.ts";

/**
 * Gradient of tapSum's input: dy → dx, zero in the padding. Each element gathers the up-sampled pixels that lie beside it, with the forward's
 * weights: no atomics, the same bits each time.
 */
export const tapSumInputGradKernel: Kernel<TapAxisProblem, typeof tapAxisUniforms> = defineKernel({
  name: "tapSumInputGrad",
  reads: ["dy"],
  writes: ["dx"],
  f16: ["dy", "dx"],
  uniforms: tapAxisUniforms,
  uniformValues: tapAxisValues,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1, false), workgroups: (p) => grid(threads(p, 1), 64) },
    {
      id: "vector",
      supports: (p) => p.channels >= 4,
      vectors: (p) => (tapsAreVectors(p) ? ["dy", "dx"] : []),
      source: (p) => source(4, tapsAreVectors(p)),
      workgroups: (p) => grid(threads(p, 4), 64),
    },
  ],
  cost: (p) => ({ flops: 12 * tapAxisSizes(p).sums, bytes: 4 * (tapAxisSizes(p).taps + tapAxisSizes(p).sums) }),
});

/** One thread per element of an axis at low resolution and `lanes` channels, for its three taps at once: they read the same outputs, one apart. */
function source(lanes: Lanes, vectors: boolean): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  const width = vectors ? 4 : 1;
  return wgsl`
${threadIndex(64)}
  let columns = (u.channels + ${lanes - 1}u) / ${lanes}u;
  if (index >= u.outer * u.size * u.inner * columns) { return; }
  let pixel = index / columns;
  let column = index - pixel * columns;
  let line = pixel / u.inner;
  let inner = pixel - line * u.inner;
  let outer = line / u.size;
  let i = i32(line - outer * u.size);

  // Up-sampled pixels strictly between the neighbours of element i; those beyond the outermost elements read them alone.
  let size = i32(u.size);
  let outSize = i32(u.outSize);
  let low = (i - 1) * u.unit - u.offset;
  let high = (i + 1) * u.unit - u.offset;
  let start = select(0, low / u.step + 1, (i > 0) & (low >= 0));
  let end = select(min(select(0, (high - 1) / u.step + 1, high > 0), outSize), outSize, i == size - 1);

  // Channels past the last are read as the last and never stored.
  let channel = ${lanes}u * column;
  let left = u.channels - channel;
  let second = min(1u, left - 1u);
  let third = min(2u, left - 1u);
  let fourth = min(3u, left - 1u);
  let stride = u.inner * u.channels / ${width}u;
  let base = outer * u.outSize * stride + (inner * u.channels + channel) / ${width}u;
  var sum0 = ${type}(0.0);
  var sum1 = ${type}(0.0);
  var sum2 = ${type}(0.0);
  var before = ${type}(0.0);
  var here = ${type}(0.0);
  // dy is loaded a pixel ahead of the one that is summed, whose neighbours are then at hand; it is zero outside the image.
  for (var ahead = start - 1; ahead <= end; ahead++) {
    let inside = clamp(ahead, 0, outSize - 1);
    let at = base + u32(inside) * stride;
    #if ${lanes === 4 && !vectors}
    let value = vec4f(vec4(dy[at], dy[at + second], dy[at + third], dy[at + fourth]));
    #else
    let value = ${type}(dy[at]);
    #endif
    let after = select(${type}(0.0), value, inside == ahead);
    let p = ahead - 1;
    let position = clamp(p * u.step + u.offset, 0, (size - 1) * u.unit);
    // Tap t of output o reads pixel o + t − 1.
    let weight = select(0.0, f32(u.unit - abs(position - i * u.unit)) / f32(u.unit), p >= start);
    sum0 += weight * after;
    sum1 += weight * here;
    sum2 += weight * before;
    before = here;
    here = after;
  }

  let at = (pixel * u.pixelChannels + channel) / ${width}u;
  let tap = u.channels / ${width}u;
  #if ${lanes === 4 && !vectors}
${unroll(4, (c) => `  if (left > ${c}u) { ${[0, 1, 2].map((t) => `dx[at + ${t}u * tap + ${c}u] = DxElement(sum${t}[${c}]);`).join(" ")} }`)}
  #else
${unroll(3, (t) => `  dx[at + ${t}u * tap] = DxElement(sum${t});`)}
  #endif
  if (column == 0u) {
    for (var padding = 3u * tap; padding < u.pixelChannels / ${width}u; padding++) { dx[at + padding] = DxElement(0.0); }
  }
}`;
}

function threads(p: TapAxisProblem, lanes: Lanes): number {
  return p.outer * p.size * p.inner * Math.ceil(p.channels / lanes);
}
