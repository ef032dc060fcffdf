import { between, type RandomSource } from "../random/random.ts";

/** Red, green and blue, 0–255. */
export type Color = readonly [number, number, number];

/** The colour in CSS; `opacity` below 1 lets what is beneath shine through. */
export function css([r, g, b]: Color, opacity = 1): string {
  const channels = [r, g, b].map((value) => Math.round(Math.min(255, Math.max(0, value))));
  return opacity < 1 ? `rgba(${channels.join(",")},${opacity.toFixed(2)})` : `rgb(${channels.join(",")})`;
}

/** The colour in more (factor above 1) or less light. */
export function shade([r, g, b]: Color, factor: number): Color {
  return [r * factor, g * factor, b * factor];
}

/** A colour of hue, saturation and lightness (0–1 each). Source: CSS Color 4, §7.1. */
export function hsl(hue: number, saturation: number, lightness: number): Color {
  const channel = (n: number): number => {
    const k = (n + hue * 12) % 12;
    return 255 * (lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

/** Any colour but the extremes of light and dark. */
export function randomColor(random: RandomSource, saturation = 0.75): Color {
  return hsl(random(), between(random, 0.05, saturation), between(random, 0.15, 0.85));
}
