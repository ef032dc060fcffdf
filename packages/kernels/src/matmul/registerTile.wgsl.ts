import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** Rows of y that one thread computes. */
export const tileRows = 8;

/** Columns of y that one thread computes. */
export const tileColumns = 4;

/**
 * One thread computes 8 rows × 4 columns of y: an outer product for each step along k, whose loads each serve several sums.
 * Rows and columns past the last are computed from the last and never stored.
 * With `vectors` b and y are read and written as vec4 along their rows; without, one by one.
 */
export const registerTile = (vectors: boolean): string => wgsl`
fn store(row: u32, at: u32, column: u32, value: vec4f) {
  if (row >= u.m) { return; }
  #if ${vectors}
  y[at / 4u] = YElement(value);
  #else
  let left = u.n - column;
  y[at] = YElement(value.x);
  if (left > 1u) { y[at + 1u] = YElement(value.y); }
  if (left > 2u) { y[at + 2u] = YElement(value.z); }
  if (left > 3u) { y[at + 3u] = YElement(value.w); }
  #endif
}

${threadIndex(32)}
  let columns = (u.n + ${tileColumns - 1}u) / ${tileColumns}u;
  let blocks = (u.m + ${tileRows - 1}u) / ${tileRows}u;
  if (index >= u.batch * blocks * columns) { return; }
  let column = index % columns * ${tileColumns}u;
  let row = index / columns % blocks * ${tileRows}u;
  let image = index / (columns * blocks);

${unroll(
  tileRows,
  (t) => `
  var a${t} = image * u.m * u.k + min(row + ${t}u, u.m - 1u) * u.aRow;
  var sum${t} = vec4f(0.0);`,
)}
  #if ${vectors}
  var bAt = (image * u.k * u.n + column) / 4u;
  let bStep = u.bRow / 4u;
  #else
  var bAt = image * u.k * u.n + column * u.bColumn;
  let bStep = u.bRow;
  let last = u.n - 1u - column;
  let second = min(1u, last) * u.bColumn;
  let third = min(2u, last) * u.bColumn;
  let fourth = min(3u, last) * u.bColumn;
  #endif

  for (var i = 0u; i < u.k; i++) {
    #if ${vectors}
    let v = vec4f(b[bAt]);
    #else
    let v = vec4f(vec4(b[bAt], b[bAt + second], b[bAt + third], b[bAt + fourth]));
    #endif
    bAt += bStep;
${unroll(
  tileRows,
  (t) => `
    sum${t} += f32(a[a${t}]) * v;
    a${t} += u.aColumn;`,
)}
  }
  let at = (image * u.m + row) * u.n + column;
${unroll(tileRows, (t) => `  store(row + ${t}u, at + ${t}u * u.n, column, sum${t});`)}
}`;
