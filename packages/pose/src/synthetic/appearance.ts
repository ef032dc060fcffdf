import { between, chance, pick, type RandomSource } from "../random/random.ts";
import { type Color, hsl, randomColor, shade } from "./color.ts";

/** What a figure wears and looks like. */
export interface Appearance {
  readonly skin: Color;
  readonly hair: { readonly color: Color; readonly length: "short" | "long" | "bald" };
  readonly shirt: {
    readonly color: Color;
    readonly trim: Color;
    readonly pattern: "plain" | "stripes" | "buttons" | "pocket" | "yoke";
    readonly sleeves: "none" | "short" | "long";
    /** How far it hangs below the hips, in body units. */
    readonly hem: number;
  };
  readonly trousers: { readonly color: Color; readonly length: "shorts" | "long"; readonly width: number };
  readonly shoes: Color;
}

/** Random clothes, hair and skin. */
export function sampleAppearance(random: RandomSource): Appearance {
  const shirt = randomColor(random);
  return {
    skin: shade(pick(random, skins), between(random, 0.92, 1.05)),
    hair: {
      color: shade(pick(random, hairs), between(random, 0.8, 1.2)),
      length: pick(random, ["short", "short", "long", "long", "bald"]),
    },
    shirt: {
      color: shirt,
      trim: chance(random, 0.5) ? shade(shirt, 0.55) : randomColor(random),
      pattern: pick(random, ["plain", "stripes", "buttons", "pocket", "yoke"]),
      sleeves: pick(random, ["none", "short", "short", "long", "long"]),
      hem: between(random, -0.01, 0.06),
    },
    trousers: {
      color: chance(random, 0.4)
        ? hsl(between(random, 0.55, 0.68), between(random, 0.15, 0.5), between(random, 0.18, 0.5))
        : randomColor(random, 0.5),
      length: pick(random, ["shorts", "long", "long"]),
      width: between(random, 1, 1.3),
    },
    shoes: chance(random, 0.6) ? hsl(random(), between(random, 0, 0.3), pick(random, [0.12, 0.25, 0.9])) : randomColor(random),
  };
}

const skins: readonly Color[] = [
  [246, 214, 188],
  [233, 190, 155],
  [214, 165, 125],
  [178, 124, 86],
  [134, 88, 58],
  [94, 60, 42],
];

const hairs: readonly Color[] = [
  [28, 22, 20],
  [58, 38, 26],
  [104, 68, 38],
  [150, 92, 46],
  [206, 172, 108],
  [150, 148, 146],
];
