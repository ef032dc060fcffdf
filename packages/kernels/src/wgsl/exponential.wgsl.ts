import { largestFloat } from "../wgsl.ts";

/**
 * WGSL `exponential(x)`, eˣ for an f32, or for the vectors or alias that `type` names: exp() of NaN is +∞ on SwiftShader. Not by x == x, which a
 * compiler may take for true.
 */
export function exponential(type = "f32"): string {
  return `fn exponential(x: ${type}) -> ${type} { return select(x, exp(x), x <= ${type}(${largestFloat})); }\n`;
}
