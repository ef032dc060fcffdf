import { grid } from "../kernel.ts";
import type { SubgroupSize } from "../wgsl/subgroupTile.wgsl.ts";
import { unroll, wgsl } from "../wgsl.ts";
import type { ConvReluMaxPool2dProblem } from "./convReluMaxPool2dProblem.ts";
import { maximumKey } from "./maximumKey.wgsl.ts";

/** Sizes of subgroups that there is a variant for: SwiftShader's and lavapipe's. */
export const blockLaneSizes: readonly SubgroupSize[] = [4, 8];

/** What one subgroup computes: `blocks` of 2×2 pixels a lane, `channels` of each. */
export interface BlockLaneTile {
  readonly lanes: SubgroupSize;
  readonly blocks: number;
  readonly channels: number;
}

/** The tile of a subgroup, of those with at most 128 sums a lane (64 of SwiftShader's, whose compiler is slow) the fastest for SqueezeNet's stem. */
export function blockLaneTile(lanes: SubgroupSize): BlockLaneTile {
  return { lanes, blocks: lanes === 8 ? 2 : 1, channels: 16 };
}

/** Pooled rows that a subgroup goes through. */
const bandRows = 32;

const components = ["x", "y", "z", "w"] as const;

/**
 * A workgroup is one subgroup and goes down a band of rows, for windows of 3×3 in steps of 2. A lane convolves blocks of 2×2 pixels side by side: a
 * window is its block, the left column of the block to its right, which the next lane computes, and the first row of the block below. So nothing is
 * computed twice but the last block of a subgroup, which only serves the window before it, and the row after a band. Of each four input channels
 * every lane loads those of its pixels and its share of the weights, which broadcasts hand to all. Sums are vec4 over a block's pixels.
 */
export function blockLanes({ lanes, blocks, channels }: BlockLaneTile): string {
  const overChannels = (line: (c: number) => string) => unroll(channels, line);
  const overBlocks = (line: (b: number) => string) => unroll(blocks, line);
  const handed = (c: number, term: number) =>
    `subgroupBroadcast(weight${Math.floor(c / lanes)}.${components[c % 4]}, ${(c % lanes) - (c % 4) + term}u)`;
  /** Keeps the better of two keys with its place in the window. */
  const keep = (key: string, place: string, next: string, nextPlace: string) =>
    `{ let better = isBetter(${next}, ${key}); ${key} = select(${key}, ${next}, better); ${place} = select(${place}, ${nextPlace}, better); }`;
  return wgsl`
${maximumKey("scalar")}
@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = group.y * groups.x + group.x;
  // The blocks of all images in a line; each image has one more than windows, so that a window's neighbour is of its image.
  let across = u.outWidth + 1u;
  let stretches = (u.batch * across + ${lanes * blocks - 2}u) / ${lanes * blocks - 1}u;
  let columns = (u.outChannels + ${channels - 1}u) / ${channels}u;
  let bands = (u.outHeight + ${bandRows - 1}u) / ${bandRows}u;
  if (tile >= stretches * columns * bands) { return; }
  let firstChannel = tile % columns * ${channels}u;
  let lastChannel = u.outChannels - 1u;
  let firstRow = tile / columns % bands * ${bandRows}u;
  let endRow = min(firstRow + ${bandRows}u, u.outHeight);
  let firstBlock = tile / (columns * bands) * ${lanes * blocks - 1}u;
  let quads = u.inChannels / 4u;
${overBlocks(
  (b) => `
  let block${b} = firstBlock + lane * ${blocks}u + ${b}u;
  let image${b} = block${b} / across;
  let column${b} = block${b} % across;
  let windowed${b} = (image${b} < u.batch) & (column${b} < u.outWidth) & (lane * ${blocks}u + ${b}u < ${lanes * blocks - 1}u);
  let insideLeft${b} = (image${b} < u.batch) & (2u * column${b} < u.convWidth);
  let insideRight${b} = (image${b} < u.batch) & (2u * column${b} + 1u < u.convWidth);`,
)}
${unroll(channels / lanes, (i) => `  let weightAt${i} = (lane % 4u * u.outChannels + min(firstChannel + ${i * lanes}u + lane / 4u * 4u, lastChannel)) / 4u;`)}
${unroll(channels / lanes, (i) => `  let bias${i} = bias[min(firstChannel + ${i * lanes}u + lane, lastChannel)];`)}
${overBlocks((b) => overChannels((c) => `  var best${b}_${c} = 0u; var place${b}_${c} = 0u;`))}

  for (var row = firstRow; row <= endRow; row++) {
${overChannels((c) => overBlocks((b) => `    var sum${b}_${c} = vec4f(subgroupBroadcast(bias${Math.floor(c / lanes)}, ${c % lanes}u));`))}
    let insideTop = 2u * row < u.convHeight;
    let insideBottom = 2u * row + 1u < u.convHeight;
${overBlocks(
  (b) =>
    `    let inside${b} = vec4<bool>(insideLeft${b} & insideTop, insideRight${b} & insideTop, insideLeft${b} & insideBottom, insideRight${b} & insideBottom);`,
)}
    // For pixels outside the first one is read instead: their sums never become a maximum.
${overBlocks((b) =>
  unroll(4, (t) => {
    const [down, across] = [Math.floor(t / 2), t % 2];
    const at = `((image${b} * u.height + (2u * row + ${down}u) * u.stride) * u.width + (2u * column${b} + ${across}u) * u.stride) * quads`;
    return `    let from${b}_${t} = select(0u, ${at}, inside${b}.${components[t]});`;
  }),
)}
    for (var kh = 0u; kh < u.kernelHeight; kh++) {
      for (var kw = 0u; kw < u.kernelWidth; kw++) {
        var taps = (kh * u.kernelWidth + kw) * u.inChannels * (u.outChannels / 4u);
        for (var quad = 0u; quad < quads; quad++) {
          let tap = (kh * u.width + kw) * quads + quad;
${overBlocks((b) => unroll(4, (t) => `          let v${b}_${t} = vec4f(x[from${b}_${t} + tap]);`))}
${unroll(channels / lanes, (i) => `          let weight${i} = vec4f(weight[taps + weightAt${i}]);`)}
${overBlocks((b) =>
  unroll(4, (term) => `          let term${b}_${term} = vec4f(${[0, 1, 2, 3].map((t) => `v${b}_${t}.${components[term]}`).join(", ")});`),
)}
${overChannels((c) =>
  unroll(
    4,
    (term) => `          { let factor = vec4f(${handed(c, term)});
${overBlocks((b) => `            sum${b}_${c} = fma(term${b}_${term}, factor, sum${b}_${c});`)} }`,
  ),
)}
          taps += u.outChannels;
        }
      }
    }

${overChannels(
  (c) => `
${overBlocks((b) => `    let key${b}_${c} = keyOf(sum${b}_${c}, inside${b});`)}
    let next${c} = vec2u(subgroupShuffleDown(key0_${c}.x, 1u), subgroupShuffleDown(key0_${c}.z, 1u));
${overBlocks((b) => {
  const neighbour = b + 1 < blocks ? `key${b + 1}_${c}.xz` : `next${c}`;
  return `
    var top${b}_${c} = key${b}_${c}.x; var topPlace${b}_${c} = 0u;
    ${keep(`top${b}_${c}`, `topPlace${b}_${c}`, `key${b}_${c}.y`, "1u")}
    ${keep(`top${b}_${c}`, `topPlace${b}_${c}`, `${neighbour}.x`, "2u")}
    var bottom${b}_${c} = key${b}_${c}.z; var bottomPlace${b}_${c} = 3u;
    ${keep(`bottom${b}_${c}`, `bottomPlace${b}_${c}`, `key${b}_${c}.w`, "4u")}
    ${keep(`bottom${b}_${c}`, `bottomPlace${b}_${c}`, `${neighbour}.y`, "5u")}
    ${keep(`best${b}_${c}`, `place${b}_${c}`, `top${b}_${c}`, `topPlace${b}_${c} + 6u`)}`;
})}`,
)}
    if (row > firstRow) {
${overBlocks(
  (b) => `
      if (windowed${b}) {
        let at = (((image${b} * u.outHeight + row - 1u) * u.outWidth + column${b}) * u.outChannels + firstChannel) / 4u;
${unroll(channels / 4, (i) => {
  const four = (name: string) => [0, 1, 2, 3].map((c) => `${name}${b}_${4 * i + c}`);
  const [place0, place1, place2, place3] = four("place");
  return `        if (firstChannel + ${4 * i}u <= lastChannel) {
          y[at + ${i}u] = YElement(bitcast<vec4f>(vec4u(${four("best").join(", ")})));
          argmax[at + ${i}u] = ${place0} | (${place1} << 8u) | (${place2} << 16u) | (${place3} << 24u);
        }`;
})}
      }`,
)}
    }
${overBlocks((b) =>
  overChannels(
    (c) => `    best${b}_${c} = top${b}_${c}; place${b}_${c} = topPlace${b}_${c};
    ${keep(`best${b}_${c}`, `place${b}_${c}`, `bottom${b}_${c}`, `bottomPlace${b}_${c}`)}`,
  ),
)}
  }
}`;
}

/** Workgroups for a problem. */
export function blockLaneTiles({ lanes, blocks, channels }: BlockLaneTile, p: ConvReluMaxPool2dProblem): readonly [number, number, number] {
  const stretches = Math.ceil((p.batch * (p.outWidth + 1)) / (lanes * blocks - 1));
  return grid(stretches * Math.ceil(p.outChannels / channels) * Math.ceil(p.outHeight / bandRows), 1);
}
