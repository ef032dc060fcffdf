import { declareSums, leftLoads, multiplyAdd, rowOf, type SubgroupTile, sumOf } from "../wgsl/subgroupTile.wgsl.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** What the source of {@link subgroup} depends on besides its tile. */
export interface SubgroupOptions {
  /** Whether no tap meets padding: then rows of the tile run over taps and input channels together, else over the channels of one tap. */
  readonly joinTaps: boolean;
  /** Whether x is read as vec4 over channels. */
  readonly xVectors: boolean;
  /** Whether dy and the partial sums are read and written as vec4, a lane's four columns side by side. */
  readonly dyVectors: boolean;
}

/**
 * One subgroup, which is one workgroup, computes a tile of one split: its rows are input channels (of a tap, or of all), its columns output channels,
 * its steps the split's pixels whose tap lies inside the image. Rows and columns past the last are computed from the last and never stored.
 */
export const subgroup = (tile: SubgroupTile, { joinTaps, xVectors, dyVectors }: SubgroupOptions): string => {
  const { lanes, rows, columns } = tile;
  const loads = leftLoads(tile, xVectors);
  const columnOf = (i: number) => (dyVectors ? `co + ${i}u` : `co + ${i * lanes}u`);
  return wgsl`
@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let taps = u.kernelHeight * u.kernelWidth;
  let joined = ${joinTaps ? "taps" : "1u"};
  let height = joined * u.inChannels;
  let blocks = (height + ${rows - 1}u) / ${rows}u;
  let columns = (u.outChannels + ${lanes * columns - 1}u) / ${lanes * columns}u;
  let index = group.y * groups.x + group.x;
  if (index >= u.splits * (taps / joined) * blocks * columns) { return; }
  let co = index % columns * ${lanes * columns}u + lane${dyVectors ? " * 4u" : ""};
  let top = index / columns % blocks * ${rows}u;
  let tap = index / (columns * blocks) % (taps / joined);
  let split = index / (columns * blocks * (taps / joined));

  // Where a lane's values lie beside the first channel under the tap.
${unroll(loads, (i) => {
  const row = xVectors ? `(lane + ${i * lanes}u) % ${rows / 4}u * 4u` : `(lane + ${i * lanes}u) % ${rows}u`;
  return `  let row${i} = min(top + ${row}, height - ${xVectors ? "4u" : "1u"});
  let ci${i} = row${i} % u.inChannels;
  let x${i} = ${joinTaps ? `(row${i} / u.inChannels / u.kernelWidth * u.width + row${i} / u.inChannels % u.kernelWidth) * u.dilation * u.inChannels + ` : ""}ci${i};`;
})}
${unroll(dyVectors ? 1 : columns, (i) => `  let dy${i} = u.yOffset + min(${columnOf(i)}, u.outChannels - ${dyVectors ? "4u" : "1u"});`)}
${declareSums(tile)}
  // The columns of the image whose tap lies inside are those from \`first\` to \`past\`.
  let shift = i32(tap % u.kernelWidth * u.dilation) - i32(u.padding);
  let stride = i32(u.stride);
  let first = u32(max(0, (stride - 1 - shift) / stride));
  let past = u32(clamp((i32(u.width) - shift + stride - 1) / stride, 0, i32(u.outWidth)));
  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let end = min(pixels, (split + 1u) * perSplit);
  let startRow = split * perSplit / u.outWidth;
  var image = startRow / u.outHeight;
  var ho = startRow % u.outHeight;
  for (var start = startRow * u.outWidth; start < end; start += u.outWidth) {
    let h = ho * u.stride + tap / u.kernelWidth * u.dilation - u.padding;
    let xRow = (image * u.height + h) * u.width;
    ho++;
    if (ho == u.outHeight) { ho = 0u; image++; }
    if (h >= u.height) { continue; }
    let begin = max(start + first, split * perSplit);
    let stop = min(start + past, end);
    var xAt = u32(i32(xRow + (begin - start) * u.stride) + shift) * u.inChannels;
    for (var pixel = begin; pixel < stop; pixel++) {
${unroll(loads, (i) => (xVectors ? `      let left${i} = vec4f(x[(xAt + x${i}) / 4u]);` : `      let left${i} = f32(x[xAt + x${i}]);`))}
      let dyAt = pixel * u.yChannels;
      let right = ${dyVectors ? "vec4f(dy[(dyAt + dy0) / 4u])" : rowOf(tile, (i) => `f32(dy[dyAt + dy${i}])`)};
${multiplyAdd(tile, xVectors)}
      xAt += u.stride * u.inChannels;
    }
  }

  let at = ((split * (taps / joined) + tap) * height + top) * u.outChannels + co;
${unroll(
  dyVectors ? 1 : columns,
  (i) => `
  if (${columnOf(i)} < u.outChannels) {
${unroll(rows, (row) => {
  const store = dyVectors
    ? `partial[(at + ${row}u * u.outChannels) / 4u] = sum${row};`
    : `partial[at + ${row}u * u.outChannels + ${i * lanes}u] = ${sumOf(tile, row, i)};`;
  return `    if (top + ${row}u < height) { ${store} }`;
})}
  }`,
)}
}`;
};
