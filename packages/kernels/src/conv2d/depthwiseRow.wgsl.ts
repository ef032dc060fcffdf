import { unroll } from "../wgsl.ts";
import { type Conv2dProblem, conv2dHasOutputVectors } from "./conv2dProblem.ts";

/** Columns side by side that one thread of a depthwise variant works on. */
export const depthwiseColumns = 4;

/** Whether each channel has a kernel of its own, channels can be read and written as vec4, and a row of taps is short enough to be unrolled. */
export function isDepthwise(p: Conv2dProblem): boolean {
  const perChannel = p.groups === p.inChannels && p.outChannels === p.inChannels;
  return perChannel && p.inChannels % 4 === 0 && conv2dHasOutputVectors(p) && p.kernelWidth <= 7;
}

/** One product of an unrolled row of taps: of kernel column `tap` and the value at column `first + source`, for column `column` of the thread's. */
export interface DepthwiseTap {
  readonly column: number;
  readonly tap: number;
  readonly source: number;
}

/** The products of a thread, in the order of their taps; `sourceOf` gives no whole number where a tap does not meet a column. */
export function depthwiseTaps(kernelWidth: number, sourceOf: (column: number, tap: number) => number): readonly DepthwiseTap[] {
  return Array.from({ length: kernelWidth * depthwiseColumns }, (_, i) => {
    const [tap, column] = [Math.floor(i / depthwiseColumns), i % depthwiseColumns];
    return { column, tap, source: sourceOf(column, tap) };
  }).filter(({ source }) => Number.isInteger(source));
}

/**
 * WGSL for one row of taps of 4 channels: loads each value once, `at(column)` being where it lies, and adds `product(tap, value)` to `sum(tap)`.
 * Columns that lie beside the image add nothing: their products are selected away, not multiplied by 0, since weights may be infinite. Where all lie
 * inside (and `whole` holds), that is spared.
 */
export function depthwiseRow(
  taps: readonly DepthwiseTap[],
  {
    image,
    width,
    at,
    sum,
    product,
    whole = "true",
    only,
  }: {
    readonly image: string;
    readonly width: string;
    readonly at: (column: string) => string;
    readonly sum: (tap: DepthwiseTap) => string;
    readonly product: (tap: DepthwiseTap, value: string) => string;
    readonly whole?: string;
    readonly only?: (tap: DepthwiseTap) => string;
  },
): string {
  const sources = [...new Set(taps.map(({ source }) => source))].sort((a, b) => a - b);
  const value = ({ source }: DepthwiseTap) => `v${sources.indexOf(source)}`;
  const inside = ({ source }: DepthwiseTap) => `in${sources.indexOf(source)}`;
  const products = (term: (tap: DepthwiseTap) => string) => taps.map((tap) => `      ${sum(tap)} += ${term(tap)};`).join("\n");
  // Below zero wraps to a large u32, so one comparison tests both edges of the image.
  return `
${unroll(sources.length, (i) => {
  const column = `first ${sources[i]! < 0 ? "-" : "+"} ${Math.abs(sources[i]!)}u`;
  return `    let in${i} = ${column} < ${width};
    let v${i} = vec4f(${image}[${at(`min(${column}, ${width} - 1u)`)}]);`;
})}
    if (in0 & in${sources.length - 1} & ${whole}) {
${products((tap) => product(tap, value(tap)))}
    } else {
${products((tap) => `select(vec4f(0.0), ${product(tap, value(tap))}, ${inside(tap)}${only ? ` & ${only(tap)}` : ""})`)}
    }`;
}
