import type { Size } from "../boxes/box.ts";
import { between, chance, pick, type RandomSource } from "../random/random.ts";
import { type DrawPlace, randomOf } from "../random/randomOf.ts";
import type { Augmentation, Blur, ColorJitter, Dropout, HsvJitter } from "./augmentation.ts";
import type { PixelChange } from "./sampleView.ts";

/** The changes of a crop's pixels, in RTMPose's order: colours, blurs, hole. */
export function drawChanges(augmentation: Augmentation, crop: Size, place: DrawPlace): readonly PixelChange[] {
  const { colorJitter, hsv, blur, medianBlur, dropout } = augmentation;
  const changes: PixelChange[] = [];
  if (colorJitter) changes.push(...drawColors(colorJitter, randomOf("colorJitter", place)));
  if (hsv) changes.push(...drawHsv(hsv, randomOf("hsv", place)));
  for (const [kind, filter] of [
    ["blur", blur],
    ["medianBlur", medianBlur],
  ] as const) {
    const kernel = filter && drawKernel(filter, randomOf(kind, place));
    if (kernel) changes.push({ kind, kernel });
  }
  if (dropout) changes.push(...drawHole(dropout, crop, randomOf("dropout", place)));
  return changes;
}

function drawColors({ brightness, contrast }: ColorJitter, random: RandomSource): readonly PixelChange[] {
  const factor = (reach: number): number => between(random, Math.max(0, 1 - reach), 1 + reach);
  const changes: readonly PixelChange[] = [
    { kind: "brightness", factor: factor(brightness) },
    { kind: "contrast", factor: factor(contrast) },
  ];
  return (chance(random, 0.5) ? changes : changes.toReversed()).filter((change) => "factor" in change && change.factor !== 1);
}

function drawHsv({ hue, saturation, value }: HsvJitter, random: RandomSource): readonly PixelChange[] {
  const gain = (reach: number): number => Math.trunc(between(random, -1, 1) * reach);
  const drawn = [gain(hue), gain(saturation), gain(value)] as const;
  const kept = (amount: number): number => (chance(random, 0.5) ? amount + 0 : 0); // + 0 makes −0 a 0
  // Without any shift, too: the way to HSV and back costs a level here and there, there as here.
  return [{ kind: "hsv", shift: [kept(drawn[0]), kept(drawn[1]), kept(drawn[2])] }];
}

/** The kernel's side, or none. */
function drawKernel({ probability, kernel: [from, to] }: Blur, random: RandomSource): number | undefined {
  if (!chance(random, probability)) return undefined;
  const sides = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((side) => side % 2 === 1);
  return pick(random, sides);
}

function drawHole({ probability, side: [from, to] }: Dropout, crop: Size, random: RandomSource): readonly PixelChange[] {
  if (!chance(random, probability)) return [];
  const width = Math.trunc(crop.width * between(random, from, to));
  const height = Math.trunc(crop.height * between(random, from, to));
  if (width === 0 || height === 0) return [];
  const x = Math.floor(random() * (crop.width - width + 1));
  const y = Math.floor(random() * (crop.height - height + 1));
  return [{ kind: "hole", box: { x, y, width, height } }];
}
