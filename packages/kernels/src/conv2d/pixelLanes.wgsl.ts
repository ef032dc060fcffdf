import { grid } from "../kernel.ts";
import type { SubgroupSize } from "../wgsl/subgroupTile.wgsl.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** Sizes of subgroups that convolutions have a variant for: SwiftShader's and lavapipe's, where it was measured to be the fastest. */
export const pixelLaneSizes: readonly SubgroupSize[] = [4, 8];

/** Pixels that one lane computes. */
const lanePixels = 4;

/**
 * What a convolution and its input gradient have apart: each sums, for every pixel of the tensor it writes, over taps and over the `terms` channels
 * of a tensor that it reads. Strings are WGSL; t numbers the pixels of a lane.
 */
export interface PixelLanesParts {
  /** Lanes of a subgroup. */
  readonly lanes: SubgroupSize;
  /** Channels that a tile computes; a multiple of 4. */
  readonly tileChannels: number;
  /** Binding that is read as vec4 over its channels. */
  readonly source: "x" | "dy";
  /**
   * How many parts the tensor that is written is cut into, by the remainders of row and column by this number, 1 or 2: of a part all pixels meet the same
   * taps, every second one. Declares `phaseRow` and `phaseColumn`, the remainders.
   */
  readonly phases: 1 | 2;
  /** Size of the tensor that is written, or of a part of it. */
  readonly height: string;
  readonly width: string;
  readonly channels: string;
  readonly terms: string;
  /** Whether a tap may lie outside the tensor that is read. */
  readonly padded: boolean;
  /** Whether a bias is added, and whether negative results become zero. */
  readonly bias: boolean;
  readonly relu: boolean;
  /**
   * Declares `tapRow${t}` and `tapColumn${t}`, where tap (kh, kw) of the pixel at `image${t}`, `row${t}`, `column${t}` lies in the tensor that is
   * read, or something too large.
   */
  tap(t: number): string;
  /** Where the vec4 of the weight lies, from the tap's beginning, that a lane loads for as many channels as there are lanes, from `channel` on. */
  weightAt(channel: string): string;
  /** Size of the tensor that is read, its channels a pixel and the first of them. */
  readonly sourceHeight: string;
  readonly sourceWidth: string;
  readonly sourceChannels: string;
  readonly sourceOffset: string;
  /** vec4s of the weight from four terms to the next. */
  readonly weightStep: string;
  /** Whose vec4, and which of its components, is what term r (of four) is multiplied with for channel c of those. */
  factor(c: number, r: number): { readonly lane: number; readonly component: number };
  /** The first tap that the pixels of a part meet. */
  readonly firstTap: readonly [row: string, column: string];
  /** Stores `value`, the channels from `channel` (a multiple of 4) of `pixel`. */
  store(channel: string, value: string): string;
}

/**
 * A workgroup is one subgroup and computes a tile of 4 pixels a lane by `tileChannels` channels. Of each four terms every lane loads the vec4 of
 * its own pixels and its share of the weights, which broadcasts then hand to all, so that no value is loaded twice. Sums are vec4 over the lane's
 * pixels, one a channel; the order of the products keeps one sum and four terms in registers. All loads come first: between products they cost a
 * fifth of the speed on lavapipe.
 *
 * Subgroup operations need uniform control flow: pixels and channels past the last are computed from clamped loads and never stored. A tap outside
 * the tensor leaves the sum as it was, so that an infinite weight adds nothing there.
 */
export function pixelLanes(parts: PixelLanesParts): string {
  const { lanes, tileChannels, source, bias, relu } = parts;
  const shares = tileChannels / lanes;
  const overChannels = (line: (c: number) => string) => unroll(tileChannels, line);
  const overPadded = parts.padded ? overChannels : () => "";
  const overPixels = (line: (t: number) => string) => unroll(lanePixels, line);
  const components = ["x", "y", "z", "w"] as const;
  const handed = (c: number, r: number) => {
    const { lane, component } = parts.factor(c % lanes, r);
    return `subgroupBroadcast(weight${Math.floor(c / lanes)}.${components[component]}, ${lane}u)`;
  };
  return wgsl`
@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let index = group.y * groups.x + group.x;
  let columns = (${parts.channels} + ${tileChannels - 1}u) / ${tileChannels}u;
  #if ${parts.phases === 2}
  // Parts differ by a row or column: each has as many tiles as the largest.
  let perPart = (u.batch * ((u.height + 1u) / 2u) * ((u.width + 1u) / 2u) + ${lanes * lanePixels - 1}u) / ${lanes * lanePixels}u * columns;
  let phaseRow = index / perPart / 2u;
  let phaseColumn = index / perPart % 2u;
  let tile = index % perPart;
  if (phaseRow >= 2u) { return; }
  #else
  let tile = index;
  #endif
  let pixels = u.batch * ${parts.height} * ${parts.width};
  let firstChannel = tile % columns * ${tileChannels}u;
  let firstPixel = tile / columns * ${lanes * lanePixels}u;
  if (firstPixel >= pixels) { return; }
  let lastChannel = ${parts.channels} - 1u;

  let pixel0 = firstPixel + ${lanePixels}u * lane;
  let column0 = pixel0 % ${parts.width};
  let row0 = pixel0 / ${parts.width} % ${parts.height};
  let image0 = pixel0 / (${parts.width} * ${parts.height});
${unroll(
  lanePixels - 1,
  (t) => `
  let pixel${t + 1} = pixel${t} + 1u;
  let nextRow${t} = column${t} + 1u == ${parts.width};
  let nextImage${t} = nextRow${t} & (row${t} + 1u == ${parts.height});
  let column${t + 1} = select(column${t} + 1u, 0u, nextRow${t});
  let row${t + 1} = select(row${t} + u32(nextRow${t}), 0u, nextImage${t});
  let image${t + 1} = image${t} + u32(nextImage${t});`,
)}
${unroll(shares, (i) => `  let weightAt${i} = ${parts.weightAt(`firstChannel + ${i * lanes}u`)};`)}
${overChannels((c) => `  var sum${c} = vec4f(0.0);`)}

  let quads = ${parts.terms} / 4u;
  for (var kh = ${parts.firstTap[0]}; kh < u.kernelHeight; kh += ${parts.phases}u) {
    for (var kw = ${parts.firstTap[1]}; kw < u.kernelWidth; kw += ${parts.phases}u) {
${overPixels(
  (t) => `${parts.tap(t)}
      let use${t} = (pixel${t} < pixels) & (tapRow${t} < ${parts.sourceHeight}) & (tapColumn${t} < ${parts.sourceWidth});
      let pixelAt${t} = ((image${t} * ${parts.sourceHeight} + tapRow${t}) * ${parts.sourceWidth} + tapColumn${t}) * ${parts.sourceChannels};
      let from${t} = select(0u, (pixelAt${t} + ${parts.sourceOffset}) / 4u, use${t});`,
)}
${overPadded((c) => `      let before${c} = sum${c};`)}
      var row = (kh * u.kernelWidth + kw) * u.inChannels * (u.outChannels / 4u);
      for (var quad = 0u; quad < quads; quad++) {
${overPixels((t) => `        let v${t} = vec4f(${source}[from${t} + quad]);`)}
${unroll(shares, (i) => `        let weight${i} = vec4f(weight[row + weightAt${i}]);`)}
${unroll(4, (r) => `        let term${r} = vec4f(v0.${components[r]!}, v1.${components[r]!}, v2.${components[r]!}, v3.${components[r]!});`)}
${overChannels((c) => unroll(4, (r) => `        sum${c} = fma(term${r}, vec4f(${handed(c, r)}), sum${c});`))}
        row += ${parts.weightStep};
      }
      let inside = vec4<bool>(use0, use1, use2, use3);
${overPadded((c) => `      sum${c} = select(before${c}, sum${c}, inside);`)}
    }
  }

  #if ${bias}
${unroll(shares, (i) => `  let bias${i} = bias[min(firstChannel + ${i * lanes}u + lane, lastChannel)];`)}
${overChannels((c) => `  sum${c} += vec4f(subgroupBroadcast(bias${Math.floor(c / lanes)}, ${c % lanes}u));`)}
  #endif
  #if ${relu}
  // Not max(): a NaN passes through, as in PyTorch.
${overChannels((c) => `  sum${c} = select(sum${c}, vec4f(0.0), sum${c} < vec4f(0.0));`)}
  #endif
  // A loop of unknown length, which no compiler unrolls: stores take longest to compile.
  let end = min(pixel0 + ${lanePixels}u, pixels);
  for (var pixel = pixel0; pixel < end; pixel++) {
${unroll(tileChannels / 4, (i) => {
  const value = `vec4f(${[0, 1, 2, 3].map((c) => `sum${4 * i + c}.x`).join(", ")})`;
  return `    if (firstChannel + ${4 * i}u <= lastChannel) { ${parts.store(`firstChannel + ${4 * i}u`, value)} }`;
})}
${overChannels((c) => `    sum${c} = sum${c}.yzwx;`)}
  }
}`;
}

/**
 * Channels of a tile, for as little work as possible in all: a step of a tile costs its loads, about as much as one channel a lane, besides its
 * channels. At most four a lane: sums of more leave the registers, and take seconds to compile.
 */
export function tileChannels(lanes: SubgroupSize, channels: number): number {
  const cost = (size: number) => Math.ceil(channels / size) * (lanes + size);
  return [4, 3, 2, 1].map((shares) => shares * lanes).reduce((best, size) => (cost(size) < cost(best) ? size : best));
}

/** Workgroups for `pixels` of `channels` each, in every one of `parts`. */
export function pixelLaneTiles(lanes: SubgroupSize, pixels: number, channels: number, parts = 1): readonly [number, number, number] {
  return grid(parts * Math.ceil(pixels / (lanes * lanePixels)) * Math.ceil(channels / tileChannels(lanes, channels)), 1);
}
