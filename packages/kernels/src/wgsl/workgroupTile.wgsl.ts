import { unroll, wgsl } from "../wgsl.ts";
import { tileStride, tileThreads, type WorkgroupTile } from "./workgroupTile.ts";

/** How a tile loads an operand, four blocks of the tile's loop; names in its WGSL are those that {@link workgroupTile} declares. */
export interface TileOperand {
  /**
   * The axis whose four neighbours are one load: the outer one, which is rows of the left and columns of the right operand, or the inner one, which
   * is summed over; then the block is transposed on its way to workgroup memory.
   */
  readonly along: "inner" | "outer";
  /**
   * WGSL of a vec4f, line i (of four) of the thread's 4 × 4 block: along the inner axis what belongs to the i-th outer place, along the outer axis
   * what belongs to the i-th inner place. Zeros where the operand has nothing.
   */
  line(i: number): string;
}

/** What a product of matrices adds to the tile; all strings are WGSL statements. */
export interface WorkgroupTileParts {
  readonly tile: WorkgroupTile;
  /** Functions that the statements call. */
  readonly functions: string;
  /**
   * From `index`, the workgroup's number, declares `rows` and `columns` of the product, `firstRow` and `firstColumn` of the tile and `inner`, the
   * number of terms, all of them the same for the whole workgroup; returns where there is no such tile.
   */
  readonly place: string;
  /** Declares what loads need, from `leftInner` and `leftOuter`, the thread's block in a slice of the left operand, and those of the right one. */
  readonly begin: string;
  /** Declares, in each slice, what lines of both operands share. */
  readonly prepare?: string;
  readonly left: TileOperand;
  readonly right: TileOperand;
  /** Moves from one slice to the next, `depth` further along the inner axis. */
  readonly advance: string;
  /** Stores `value`, the vec4f of `row` and the columns from `column` on, of which the first is inside. */
  readonly store: string;
}

/**
 * One workgroup computes a tile of a product: slice by slice along the inner axis, both operands go through registers to workgroup memory, where each
 * number serves all threads of its row or column. While a slice is multiplied the next is on its way, and what was read last is not what is
 * written, so that one barrier a slice is enough: it lies between every write and the reads of it, and between those and the next write there.
 *
 * Threads are numbered along rows. A thread's rows and columns lie in fours, as far apart as there are threads, so that neighbours read neighbouring
 * vec4s. Operands end in zeros: sums past the last row or column are never stored.
 */
export function workgroupTile({ tile, functions, place, begin, prepare = "", left, right, advance, store }: WorkgroupTileParts): string {
  const { depth, threadRows, threadColumns } = tile;
  const [threadsDown, threadsAcross] = [tile.rows / threadRows, tile.columns / threadColumns];
  const [rowQuads, columnQuads] = [threadRows / 4, threadColumns / 4];
  const [leftStride, rightStride] = [tileStride(tile.rows), tileStride(tile.columns)];
  const overSums = (line: (row: number, quad: number) => string) => unroll(threadRows, (row) => unroll(columnQuads, (q) => line(row, q)));
  return wgsl`
${functions}
var<workgroup> leftSlices: array<vec4f, ${2 * depth * leftStride}>;
var<workgroup> rightSlices: array<vec4f, ${2 * depth * rightStride}>;

@compute @workgroup_size(${tileThreads(tile)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = group.y * groups.x + group.x;
${place}
${blockPlace("left", left, tile.rows, depth)}
${blockPlace("right", right, tile.columns, depth)}
${begin}
  let threadRow = thread / ${threadsAcross}u;
  let threadColumn = thread % ${threadsAcross}u;
${overSums((row, q) => `  var sum${row}_${q} = vec4f(0.0);`)}
  let slices = (inner + ${depth - 1}u) / ${depth}u;
  for (var slice = 0u; slice <= slices; slice++) {
${prepare}
${load("left", left, tile, tile.rows)}
${load("right", right, tile, tile.columns)}
${advance}
    if (slice > 0u) {
      var leftAt = (slice + 1u) % 2u * ${depth * leftStride}u + threadRow;
      var rightAt = (slice + 1u) % 2u * ${depth * rightStride}u + threadColumn;
      for (var i = 0u; i < ${depth}u; i++) {
${unroll(rowQuads, (q) => `        let a${q} = leftSlices[leftAt + ${q * threadsDown}u];`)}
${unroll(columnQuads, (q) => `        let b${q} = rightSlices[rightAt + ${q * threadsAcross}u];`)}
${overSums((row, q) => `        sum${row}_${q} = fma(vec4f(a${row >> 2}.${"xyzw"[row % 4]}), b${q}, sum${row}_${q});`)}
        leftAt += ${leftStride}u;
        rightAt += ${rightStride}u;
      }
    }
${keep("left", left, tile, tile.rows)}
${keep("right", right, tile, tile.columns)}
    workgroupBarrier();
  }

  // One store, run for each row in turn: unrolled stores take longest to compile.
  for (var i = 0u; i < ${threadRows}u; i++) {
    let row = firstRow + (i / 4u * ${threadsDown}u + threadRow) * 4u + i % 4u;
    if (row >= rows) { break; }
${unroll(
  columnQuads,
  (q) => `
    {
      let column = firstColumn + (threadColumn + ${q * threadsAcross}u) * 4u;
      var value = sum0_${q};
      if (column < columns) {
${store}
      }
    }`,
)}
${unroll(threadRows - 1, (row) => unroll(columnQuads, (q) => `    sum${row}_${q} = sum${row + 1}_${q};`))}
  }
}`;
}

/**
 * WGSL function `load<Name>(at, count)`: the vec4f of a binding's four numbers from `at` on, of which `count` may be read (0, or at least 4 where the
 * binding is of `vectors`); the others are zero.
 */
export function tileLoad(binding: string, vectors: boolean): string {
  const name = `load${binding.charAt(0).toUpperCase()}${binding.slice(1)}`;
  if (vectors) {
    return `fn ${name}(at: u32, count: u32) -> vec4f {
  let inside = count > 0u;
  return select(vec4f(0.0), vec4f(${binding}[select(0u, at / 4u, inside)]), inside);
}`;
  }
  return `fn ${name}(at: u32, count: u32) -> vec4f {
  let inside = vec4u(0u, 1u, 2u, 3u) < vec4u(count);
  let places = select(vec4u(0u), vec4u(at, at + 1u, at + 2u, at + 3u), inside);
  let value = vec4f(f32(${binding}[places.x]), f32(${binding}[places.y]), f32(${binding}[places.z]), f32(${binding}[places.w]));
  return select(vec4f(0.0), value, inside);
}`;
}

/**
 * WGSL statements that store `value` from `binding[at]` on: as the vec4 that it is, or the `count` numbers of it that there are. `element` makes of
 * a value what its place in the binding takes.
 */
export function tileStore(binding: string, vectors: boolean, element: (value: string, place: string) => string): string {
  const store = (value: string, place: string) => `${place} = ${element(value, place)};`;
  if (vectors) return `        ${store("value", `${binding}[at / 4u]`)}`;
  return unroll(4, (c) => `        if (count > ${c}u) { ${store(`value.${"xyzw"[c]}`, `${binding}[at + ${c}u]`)} }`);
}

/** Which block of a slice a thread loads. Neighbouring threads load neighbours of the axis that lies together in memory. */
function blockPlace(name: string, { along }: TileOperand, outer: number, depth: number): string {
  const [fast, slow] = along === "inner" ? ["Inner", "Outer"] : ["Outer", "Inner"];
  const lanes = (along === "inner" ? depth : outer) / 4;
  return `  let ${name}${fast} = thread % ${lanes}u * 4u;
  let ${name}${slow} = thread / ${lanes}u * 4u;`;
}

/** Whether there are more threads than blocks in a slice of an operand. */
function hasIdleThreads(tile: WorkgroupTile, outer: number): boolean {
  return blocks(tile, outer) < tileThreads(tile);
}

function blocks({ depth }: WorkgroupTile, outer: number): number {
  return (outer / 4) * (depth / 4);
}

function load(name: string, operand: TileOperand, tile: WorkgroupTile, outer: number): string {
  if (!hasIdleThreads(tile, outer)) return unroll(4, (i) => `    let ${name}${i} = ${operand.line(i)};`);
  return `${unroll(4, (i) => `    var ${name}${i} = vec4f(0.0);`)}
    if (thread < ${blocks(tile, outer)}u) {
${unroll(4, (i) => `      ${name}${i} = ${operand.line(i)};`)}
    }`;
}

/** Writes a thread's block to the slice that nobody reads now, inner steps apart. */
function keep(name: string, { along }: TileOperand, tile: WorkgroupTile, outer: number): string {
  const stride = tileStride(outer);
  const step = (i: number) =>
    along === "outer" ? `${name}${i}` : `vec4f(${[0, 1, 2, 3].map((line) => `${name}${line}.${"xyzw"[i]}`).join(", ")})`;
  const place = `(slice % 2u * ${tile.depth}u + ${name}Inner) * ${stride}u + ${name}Outer / 4u`;
  const writes = unroll(4, (i) => `      ${name}Slices[${place} + ${i * stride}u] = ${step(i)};`);
  return hasIdleThreads(tile, outer) ? `    if (thread < ${blocks(tile, outer)}u) {\n${writes}\n    }` : writes;
}
