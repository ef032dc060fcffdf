import { unroll, wgsl } from "../wgsl.ts";
import { linePadding, type MatrixTile, matrixLanes, tileHeight, tileThreads, tileWidth } from "./matrixTile.ts";
import { withoutPadding } from "./withoutPadding.wgsl.ts";

/** One factor of a product of matrices, as it lies in a binding. Strings are WGSL. */
export interface MatrixFactor {
  /** A binding stored as f16; with `vectors` seen as vec4, then everything below is a multiple of four. */
  readonly binding: string;
  readonly vectors: boolean;
  /** Which axis lies side by side in memory: the inner one, that is summed over, or the outer one, rows of the left factor, columns of the right. */
  readonly contiguous: "inner" | "outer";
  /** Declares, once, what line i of a thread needs, names ending in i; `line` is its number in the tile along the other axis. Absent for none. */
  before?(line: string, i: number): string;
  /** The same in each step. */
  each?(line: string, i: number): string;
  /** Where the number at `position` of line i in the tile lies in the binding. */
  at(position: string, i: number): string;
  /** How many numbers from `position` on exist, in u32; the others, and those in padding, count as zero. */
  count(position: string, i: number): string;
}

/** What products of matrices have apart. Strings are WGSL. */
export interface MatrixProductParts {
  readonly tile: MatrixTile;
  /** From `index`, the workgroup's number: returns past the last tile, declares `firstRow`, `firstColumn` and `steps`. */
  readonly head: string;
  /** Declares what the factors need in step `part`; `line` is the thread's line along the inner axis. */
  readonly step: string;
  readonly left: MatrixFactor;
  readonly right: MatrixFactor;
  /** Numbers of rows and columns of the whole product. */
  readonly rowEnd: string;
  readonly columnEnd: string;
  /**
   * `fn definition(row: u32, column: u32) -> f32`, one sum from its definition, where terms are left out that the factors have as zeros (padding): a
   * sum that comes out as NaN, perhaps because such a zero met an infinity, is computed again by it. Absent where there are no such terms.
   */
  readonly definition?: string;
  /** Changes `value`, the vec4f of four columns from `column` on of `row`, before it is stored. */
  readonly epilogue?: string;
  readonly result: {
    readonly binding: string;
    readonly vectors: boolean;
    /** Whether the product is added to what the binding holds. */
    readonly accumulate: boolean;
    /** Where `row` and `column` lie in the binding. */
    readonly at: string;
  };
}

/**
 * A workgroup computes a tile of a product by subgroup matrices: f16 factors, f32 sums. Each step loads `depth` numbers along the inner axis of both
 * factors into registers while the subgroups multiply those of the step before, which lie in workgroup memory; then it stores them in the other half
 * of that memory, so that one barrier a step is enough. Numbers travel four at a time (vec2u holds four f16). Sums of a subgroup reach the threads by
 * the same memory, because a matrix gives no access to its elements.
 *
 * Lines of numbers that lie side by side are loaded by `side / 4` neighbouring threads each.
 */
export function matrixProduct(parts: MatrixProductParts): string {
  const { tile, left, right } = parts;
  const { side, rows, columns, depth } = tile;
  const lanes = matrixLanes[side];
  const staging = {
    left: stagingOf(tile, left, tileHeight(tile)),
    right: stagingOf(tile, right, tileWidth(tile)),
  };
  const half = staging.left.size + staging.right.size;
  const sumsWidth = (columns * side) / 2; // vec2u a row of a subgroup's sums
  const sumsSize = side * sumsWidth;
  const quads = (columns * side) / 4;
  const leftAt = (i: number) => matrixAt(left, staging.left, `(subgroupRow * ${rows * side}u + ${i * side}u)`);
  const rightAt = (j: number) => matrixAt(right, staging.right, `(subgroupColumn * ${columns * side}u + ${j * side}u)`);
  const [leftMajor, rightMajor] = [
    left.contiguous === "inner" ? "row_major" : "col_major",
    right.contiguous === "inner" ? "col_major" : "row_major",
  ];
  return wgsl`
alias Left = subgroup_matrix_left<f16, ${side}, ${side}>;
alias Right = subgroup_matrix_right<f16, ${side}, ${side}>;
alias Sums = subgroup_matrix_result<f32, ${side}, ${side}>;
var<workgroup> staged: array<vec2u, ${Math.max(2 * half, 4 * sumsSize)}>;

fn countFrom(position: u32, end: u32) -> u32 { return max(position, end) - position; }
${parts.definition ?? ""}
${loader("loadLeft", left)}
${loader("loadRight", right)}

@compute @workgroup_size(${tileThreads(tile)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let index = group.y * groups.x + group.x;
  ${parts.head}
  let subgroupRow = subgroup % ${tile.subgroupRows}u;
  let subgroupColumn = subgroup / ${tile.subgroupRows}u;
  let line = thread / ${side / 4}u;
  let unit = thread % ${side / 4}u;
${unroll(staging.left.passes, (i) => left.before?.(lineOf(tile, i), i) ?? "")}
${unroll(staging.right.passes, (i) => right.before?.(lineOf(tile, i), i) ?? "")}
${unroll(rows, (i) => unroll(columns, (j) => `  var sum${i}x${j} = Sums();`))}

  for (var step = 0u; step <= steps; step++) {
    let part = min(step, max(steps, 1u) - 1u);
    ${parts.step}
${loads(tile, "Left", left, staging.left)}
${loads(tile, "Right", right, staging.right)}
    let next = (step & 1u) * ${half}u;
    if (step > 0u) {
      let ready = ${half}u - next;
      for (var k = 0u; k < ${depth}u; k += ${side}u) {
${unroll(columns, (j) => `        let right${j} = subgroupMatrixLoad<Right, ${rightMajor}>(&staged, ready + ${staging.left.size}u + ${rightAt(j)}, ${staging.right.stride}u);`)}
${unroll(
  rows,
  (i) => `        let left${i} = subgroupMatrixLoad<Left, ${leftMajor}>(&staged, ready + ${leftAt(i)}, ${staging.left.stride}u);
${unroll(columns, (j) => `        sum${i}x${j} = subgroupMatrixMultiplyAccumulate(left${i}, right${j}, sum${i}x${j});`)}`,
)}
      }
    }
${stores(tile, "Left", staging.left, "next")}
${stores(tile, "Right", staging.right, `next + ${staging.left.size}u`)}
    workgroupBarrier();
  }

  let sums = subgroup * ${sumsSize}u;
${unroll(
  rows,
  (i) => `
${unroll(columns, (j) => `  subgroupMatrixStore<row_major>(&staged, sums + ${(j * side) / 2}u, sum${i}x${j}, ${sumsWidth}u);`)}
  workgroupBarrier();
  for (var quad = lane; quad < ${side * quads}u; quad += ${lanes}u) {
    let row = firstRow + subgroupRow * ${rows * side}u + ${i * side}u + quad / ${quads}u;
    let column = firstColumn + subgroupColumn * ${columns * side}u + quad % ${quads}u * 4u;
    if (row < ${parts.rowEnd} && column < ${parts.columnEnd}) {
      var value = vec4f(bitcast<vec2f>(staged[sums + 2u * quad]), bitcast<vec2f>(staged[sums + 2u * quad + 1u]));
      ${parts.definition ? withoutPadding(parts.columnEnd, "definition(row, column + c)") : ""}
      ${parts.epilogue ?? ""}
      let at = ${parts.result.at};
${resultStore(parts)}
    }
  }
  workgroupBarrier();`,
)}
}`;
}

/** How a factor's part of a step lies in workgroup memory, in vec2u: lines one after the other, `stride` from one to the next. */
interface Staging {
  readonly lines: number;
  readonly stride: number;
  readonly size: number;
  /** Lines, and quads of a line, that one thread loads. */
  readonly passes: number;
  readonly quads: number;
}

function stagingOf({ depth, side, ...rest }: MatrixTile, { contiguous }: MatrixFactor, outer: number): Staging {
  const [lines, length] = contiguous === "inner" ? [outer, depth] : [depth, outer];
  const stride = (length + linePadding) / 4;
  const passes = Math.ceil(lines / linesAtOnce({ depth, side, ...rest }));
  return { lines, stride, size: lines * stride, passes, quads: length / side };
}

function linesAtOnce(tile: MatrixTile): number {
  return (tileThreads(tile) * 4) / tile.side;
}

function lineOf(tile: MatrixTile, i: number): string {
  return i === 0 ? "line" : `(line + ${i * linesAtOnce(tile)}u)`;
}

/** WGSL function that loads four numbers of a factor, those past `count` as zero. */
function loader(name: string, { binding, vectors }: MatrixFactor): string {
  const one = (i: number) => `select(0.0h, ${binding}[select(0u, at + ${i}u, count > ${i}u)], count > ${i}u)`;
  const four = vectors
    ? `select(vec4<f16>(), ${binding}[select(0u, at / 4u, count > 0u)], count > 0u)`
    : `vec4<f16>(${[0, 1, 2, 3].map(one).join(", ")})`;
  return `fn ${name}(at: u32, count: u32) -> vec2u { return bitcast<vec2u>(${four}); }`;
}

function loads(tile: MatrixTile, name: "Left" | "Right", factor: MatrixFactor, { passes, quads }: Staging): string {
  return unroll(
    passes,
    (i) => `${factor.each?.(lineOf(tile, i), i) ?? ""}
${unroll(quads, (q) => {
  const position = `(unit * 4u + ${q * tile.side}u)`;
  return `    let loaded${name}${i}x${q} = load${name}(${factor.at(position, i)}, ${factor.count(position, i)});`;
})}`,
  );
}

function stores(tile: MatrixTile, name: "Left" | "Right", { lines, stride, passes, quads }: Staging, to: string): string {
  return unroll(passes, (i) => {
    const line = lineOf(tile, i);
    const all = unroll(quads, (q) => `    staged[${to} + ${line} * ${stride}u + unit + ${(q * tile.side) / 4}u] = loaded${name}${i}x${q};`);
    return (i + 1) * linesAtOnce(tile) <= lines ? all : `    if (${line} < ${lines}u) {\n${all}\n    }`;
  });
}

/** Where a matrix lies in the staged lines of a factor, `outer` and k being its place along both axes. */
function matrixAt({ contiguous }: MatrixFactor, { stride }: Staging, outer: string): string {
  return contiguous === "inner" ? `${outer} * ${stride}u + k / 4u` : `k * ${stride}u + ${outer} / 4u`;
}

function resultStore({ columnEnd, result: { binding, vectors, accumulate } }: MatrixProductParts): string {
  const element = `${binding.charAt(0).toUpperCase()}${binding.slice(1)}Element`;
  if (vectors) return `      ${binding}[at / 4u] = ${element}(${accumulate ? `vec4f(${binding}[at / 4u]) + ` : ""}value);`;
  return unroll(4, (i) => {
    const place = `${binding}[at + ${i}u]`;
    const store = `${place} = ${element}(${accumulate ? `f32(${place}) + ` : ""}value[${i}]);`;
    return i === 0 ? `      ${store}` : `      if (column + ${i}u < ${columnEnd}) { ${store} }`;
  });
}
