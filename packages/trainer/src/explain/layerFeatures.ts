import type { Shape } from "@kindling/gpu";

/** How an activation [n,h,w,c] becomes a sample's features: its mean over the pixels [c], or the channels of so many pixels [positions·c]. */
export type LayerFeatures = { readonly kind: "pooled" } | { readonly kind: "flattened"; readonly positions: number };

/**
 * Features [n,d] of the first n samples of an activation. Flattened, the pixels are spread evenly over the map, the same in every sample, and are all of them where there
 * are no more than `positions`.
 */
export function layerFeatures(
  activation: Float32Array,
  [, height, width, channels]: Shape,
  n: number,
  features: LayerFeatures,
): Float64Array {
  const [pixels, c] = [height! * width!, channels!];
  if (features.kind === "flattened") {
    const positions = Math.min(pixels, features.positions);
    const result = new Float64Array(n * positions * c);
    for (let at = 0; at < result.length; at++) {
      const [sample, position] = [Math.floor(at / (positions * c)), Math.floor(at / c) % positions];
      result[at] = activation[(sample * pixels + Math.floor(((position + 0.5) * pixels) / positions)) * c + (at % c)]!;
    }
    return result;
  }
  const means = new Float64Array(n * c);
  for (let at = 0; at < n * pixels * c; at++) {
    const mean = Math.floor(at / (pixels * c)) * c + (at % c);
    means[mean] = means[mean]! + activation[at]! / pixels;
  }
  return means;
}
