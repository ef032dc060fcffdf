import type { Point } from "../boxes/affine.ts";
import type { Size } from "../boxes/box.ts";
import { between, chance, pick, type RandomSource } from "../random/random.ts";
import { type Color, css, randomColor, shade } from "./color.ts";
import { ellipseOutline, limbOutline, type Outline, rectangleOutline } from "./outline.ts";
import { type Mark, plain, roundFill, type Shape } from "./shape.ts";

/** A room or a landscape full of things, some of which look like limbs: walls, floor, panels, stripes, poles, balls, bars. */
export function drawBackground(random: RandomSource, size: Size): Shape[] {
  const horizon = size.height * between(random, 0.4, 0.9);
  const wall = randomColor(random, 0.5);
  const floor = chance(random, 0.3) ? shade(wall, 0.75) : randomColor(random, 0.4);
  const shapes = [
    plain(rectangleOutline(0, 0, size.width, size.height), lit(random, wall, [0, 0], [size.width * random(), size.height])),
    plain(rectangleOutline(0, horizon, size.width, size.height - horizon), lit(random, floor, [0, horizon], [0, size.height])),
  ];
  const things = Math.floor(between(random, 4, 15));
  for (let i = 0; i < things; i++) shapes.push(drawThing(random, size));
  return shapes;
}

type Thing = (random: RandomSource, center: Point, unit: number, color: Color) => Shape;

function drawThing(random: RandomSource, size: Size): Shape {
  const unit = Math.min(size.width, size.height) * between(random, 0.06, 0.32);
  const center: Point = [size.width * between(random, -0.05, 1.05), size.height * between(random, 0, 1)];
  return pick(random, things)(random, center, unit, randomColor(random));
}

const panel: Thing = (random, [x, y], unit, color) => {
  const [width, height] = [unit * between(random, 0.6, 2), unit * between(random, 0.6, 2.4)];
  const outline = rectangleOutline(x - width / 2, y - height / 2, width, height);
  return {
    ...plain(outline, lit(random, color, [x, y - height / 2], [x + width / 2, y + height / 2])),
    marks: pattern(random, x - width / 2, y - height / 2, width, height),
  };
};

const ball: Thing = (random, center, unit, color) => {
  const radius = unit * between(random, 0.2, 0.6);
  return plain(ellipseOutline(center, [radius, 0], [0, radius * between(random, 0.7, 1.3)]), roundFill(color, center, center, radius));
};

const wedge: Thing = (random, [x, y], unit, color) => {
  const corner = (): Point => [x + unit * between(random, -1, 1), y + unit * between(random, -1, 1)];
  return plain(Array.from({ length: pick(random, [3, 4, 5]) }, corner), css(color));
};

/** A bar or pole, often as thick and as long as a limb. */
const bar: Thing = (random, from, unit, color) => {
  const angle = pick(random, [Math.PI / 2, Math.PI / 2, between(random, 0, Math.PI)]);
  const length = unit * between(random, 1, 4);
  const to: Point = [from[0] + Math.cos(angle) * length, from[1] + Math.sin(angle) * length];
  const radius = unit * between(random, 0.06, 0.2);
  return plain(limbOutline(from, to, [radius, radius * between(random, 0.8, 1.2), radius]), roundFill(color, from, to, radius));
};

const things: readonly Thing[] = [panel, panel, ball, wedge, bar, bar];

function lit(random: RandomSource, color: Color, from: Point, to: Point): Shape["fill"] {
  const [near, far] = [between(random, 0.85, 1.2), between(random, 0.65, 1.05)];
  return {
    from,
    to,
    stops: [
      [0, css(shade(color, near))],
      [1, css(shade(color, far))],
    ],
  };
}

function pattern(random: RandomSource, x: number, y: number, width: number, height: number): Mark[] {
  const kind = pick(random, ["none", "stripes", "frame", "checks"]);
  const fill = css(randomColor(random), between(random, 0.4, 1));
  const count = Math.floor(between(random, 3, 7));
  const rectangles: Outline[] = [];
  if (kind === "stripes") {
    const upright = chance(random, 0.5);
    for (let i = 0; i < count; i++) {
      const t = (i + 0.25) / count;
      rectangles.push(
        upright
          ? rectangleOutline(x + t * width, y, width / count / 2, height)
          : rectangleOutline(x, y + t * height, width, height / count / 2),
      );
    }
  }
  if (kind === "frame") rectangles.push(rectangleOutline(x + width * 0.15, y + height * 0.15, width * 0.7, height * 0.7));
  if (kind === "checks") {
    for (let row = 0; row < count; row++)
      for (let column = row % 2; column < count; column += 2)
        rectangles.push(rectangleOutline(x + (column * width) / count, y + (row * height) / count, width / count, height / count));
  }
  return rectangles.map((outline) => ({ outline, fill }));
}
