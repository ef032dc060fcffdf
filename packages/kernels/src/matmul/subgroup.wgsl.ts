import { declareSums, leftLoads, multiplyAdd, rowOf, type SubgroupTile, sumOf } from "../wgsl/subgroupTile.wgsl.ts";
import { unroll, wgsl } from "../wgsl.ts";

/**
 * One subgroup, which is one workgroup, computes a tile of y: its steps run along k. Rows and columns past the last are computed from the last and
 * never stored. With `vectors` b and y are read and written as vec4, a lane's four columns side by side; without, its columns are as far apart as
 * there are lanes, so that neighbouring lanes read neighbours.
 */
export const subgroup = (tile: SubgroupTile, vectors: boolean): string => {
  const { lanes, rows, columns } = tile;
  const loads = leftLoads(tile, false);
  const stores = vectors ? 1 : columns;
  return wgsl`
@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let columns = (u.n + ${lanes * columns - 1}u) / ${lanes * columns}u;
  let blocks = (u.m + ${rows - 1}u) / ${rows}u;
  let index = group.y * groups.x + group.x;
  if (index >= u.batch * blocks * columns) { return; }
  let column = index % columns * ${lanes * columns}u + lane${vectors ? " * 4u" : ""};
  let top = index / columns % blocks * ${rows}u;
  let image = index / (columns * blocks);

  let a0 = image * u.m * u.k;
  let b0 = image * u.k * u.n;
${unroll(loads, (i) => `  var aAt${i} = a0 + min(top + (lane + ${i * lanes}u) % ${rows}u, u.m - 1u) * u.aRow;`)}
${unroll(stores, (i) => `  var bAt${i} = b0 + min(column + ${i * lanes}u, u.n - ${vectors ? "4u" : "1u"}) * u.bColumn;`)}
${declareSums(tile)}
  for (var i = 0u; i < u.k; i++) {
${unroll(loads, (i) => `    let left${i} = f32(a[aAt${i}]);\n    aAt${i} += u.aColumn;`)}
    let right = ${vectors ? "vec4f(b[bAt0 / 4u])" : rowOf(tile, (i) => `f32(b[bAt${i}])`)};
${unroll(stores, (i) => `    bAt${i} += u.bRow;`)}
${multiplyAdd(tile, false)}
  }

  let at = (image * u.m + top) * u.n + column;
${unroll(
  stores,
  (i) => `
  if (column + ${i * lanes}u < u.n) {
${unroll(rows, (row) => {
  const store = vectors
    ? `y[(at + ${row}u * u.n) / 4u] = YElement(sum${row});`
    : `y[at + ${row}u * u.n + ${i * lanes}u] = YElement(${sumOf(tile, row, i)});`;
  return `    if (top + ${row}u < u.m) { ${store} }`;
})}
  }`,
)}
}`;
};
