import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { unroll, wgsl } from "../wgsl.ts";
import { type TapAxisProblem, tapAxisSizes, tapAxisUniforms, tapAxisValues, tapsAreVectors } from "./tapAxis.ts";

/** y[o] = Σ_t upsampled(x[t])[o + t − 1] along one axis, where what lies outside the up-sampled image is zero: x → y. */
export const tapSumKernel: Kernel<TapAxisProblem, typeof tapAxisUniforms> = define(false);

/** The same sum plus a bias a channel: x, bias → y. */
export const tapSumBiasKernel: Kernel<TapAxisProblem, typeof tapAxisUniforms> = define(true);

/** Consecutive outputs of one thread: each reuses the positions of the two before it, and shares the divisions that find a thread's place. */
const outputsPerThread = 8;

function define(bias: boolean): Kernel<TapAxisProblem, typeof tapAxisUniforms> {
  return defineKernel({
    name: bias ? "tapSumBias" : "tapSum",
    reads: bias ? ["x", "bias"] : ["x"],
    writes: ["y"],
    f16: ["x", "y"],
    uniforms: tapAxisUniforms,
    uniformValues: tapAxisValues,
    variants: [
      { id: "scalar", supports: () => true, source: () => source(1, bias, false), workgroups: (p) => grid(threads(p, 1), 64) },
      {
        id: "vector",
        supports: (p) => p.channels >= 4,
        vectors: (p) => (tapsAreVectors(p) ? ["x", "y"] : []),
        source: (p) => source(4, bias, tapsAreVectors(p)),
        workgroups: (p) => grid(threads(p, 4), 64),
      },
    ],
    cost: (p) => ({ flops: 12 * tapAxisSizes(p).sums, bytes: 4 * (tapAxisSizes(p).taps + tapAxisSizes(p).sums) }),
  });
}

/** One thread per run of outputs and `lanes` channels, read and written one by one or, with `vectors`, as vec4. */
function source(lanes: Lanes, bias: boolean, vectors: boolean): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  const width = vectors ? 4 : 1;
  // Channels past the last are read as the last and never stored.
  const fourOf = (array: string, at: string) =>
    `vec4f(vec4(${array}[${at}], ${array}[${at} + second], ${array}[${at} + third], ${array}[${at} + fourth]))`;
  const load = (at: string) => (lanes === 4 && !vectors ? fourOf("x", at) : `${type}(x[${at}])`);
  return wgsl`
// The two elements of x that an up-sampled pixel lies between, and their weights.
struct Place { first: u32, second: u32, firstWeight: f32, secondWeight: f32 }

fn placeOf(pixel: i32, stride: u32) -> Place {
  let inside = clamp(pixel, 0, i32(u.outSize) - 1);
  let position = max(0, inside * u.step + u.offset);
  let first = position / u.unit;
  let fraction = f32(position - first * u.unit) / f32(u.unit);
  let weight = select(0.0, 1.0, inside == pixel);
  return Place(u32(first) * stride, min(u32(first) + 1u, u.size - 1u) * stride, weight * (1.0 - fraction), weight * fraction);
}

${threadIndex(64)}
  let columns = (u.channels + ${lanes - 1}u) / ${lanes}u;
  let runs = (u.outSize + ${outputsPerThread - 1}u) / ${outputsPerThread}u;
  if (index >= u.outer * runs * u.inner * columns) { return; }
  let pixel = index / columns;
  let column = index - pixel * columns;
  let line = pixel / u.inner;
  let inner = pixel - line * u.inner;
  let outer = line / runs;
  let start = (line - outer * runs) * ${outputsPerThread}u;
  let end = min(start + ${outputsPerThread}u, u.outSize);

  let channel = ${lanes}u * column;
  let left = u.channels - channel;
  let second = min(1u, left - 1u);
  let third = min(2u, left - 1u);
  let fourth = min(3u, left - 1u);
  let initial = ${bias ? (lanes === 4 ? fourOf("bias", "channel") : "bias[channel]") : `${type}(0.0)`};
  let tap = u.channels / ${width}u;
  let stride = u.inner * u.pixelChannels / ${width}u;
  let at0 = outer * u.size * stride + (inner * u.pixelChannels + channel) / ${width}u;
  let at1 = at0 + tap;
  let at2 = at1 + tap;
  var before = placeOf(i32(start) - 1, stride);
  var here = placeOf(i32(start), stride);
  for (var o = start; o < end; o++) {
    let after = placeOf(i32(o) + 1, stride);
    let value = initial
      + before.firstWeight * ${load("at0 + before.first")} + before.secondWeight * ${load("at0 + before.second")}
      + here.firstWeight * ${load("at1 + here.first")} + here.secondWeight * ${load("at1 + here.second")}
      + after.firstWeight * ${load("at2 + after.first")} + after.secondWeight * ${load("at2 + after.second")};
    let at = (((outer * u.outSize + o) * u.inner + inner) * u.channels + channel) / ${width}u;
    #if ${lanes === 4 && !vectors}
${unroll(4, (i) => `    if (left > ${i}u) { y[at + ${i}u] = YElement(value[${i}]); }`)}
    #else
    y[at] = YElement(value);
    #endif
    before = here;
    here = after;
  }
}`;
}

function threads(p: TapAxisProblem, lanes: Lanes): number {
  return p.outer * Math.ceil(p.outSize / outputsPerThread) * p.inner * Math.ceil(p.channels / lanes);
}
