import type { Point } from "../boxes/affine.ts";
import type { Box } from "../boxes/box.ts";
import { between, pick, type RandomSource } from "../random/random.ts";
import { css, randomColor, shade } from "./color.ts";
import { ellipseOutline, limbOutline, rectangleOutline } from "./outline.ts";
import { plain, roundFill, type Shape } from "./shape.ts";

/** Something between the viewer and a person with the given box: a chest, a pole, a bush, or a bar across. */
export function drawObstacle(random: RandomSource, { x, y, width, height }: Box): Shape[] {
  const color = randomColor(random);
  const middle = x + width * between(random, 0.1, 0.9);
  switch (pick(random, ["chest", "pole", "bush", "rail"])) {
    case "pole": {
      const radius = height * between(random, 0.015, 0.035);
      const [from, to]: [Point, Point] = [
        [middle, y - height * 0.1],
        [middle + width * between(random, -0.1, 0.1), y + height * 1.05],
      ];
      return [plain(limbOutline(from, to, [radius, radius, radius]), roundFill(color, from, to, radius))];
    }
    case "bush":
      return Array.from({ length: 5 }, () => {
        const center: Point = [middle + width * between(random, -0.3, 0.3), y + height * between(random, 0.75, 1.05)];
        const radius = height * between(random, 0.06, 0.12);
        const leaves = shade(color, between(random, 0.7, 1.1));
        return plain(ellipseOutline(center, [radius, 0], [0, radius]), roundFill(leaves, center, center, radius));
      });
    case "rail": {
      const radius = height * between(random, 0.012, 0.03);
      const level = y + height * between(random, 0.3, 0.85);
      const [from, to]: [Point, Point] = [
        [x - width * between(random, 0.1, 0.6), level],
        [x + width * between(random, 0.6, 1.6), level + height * between(random, -0.05, 0.05)],
      ];
      return [plain(limbOutline(from, to, [radius, radius, radius]), roundFill(color, from, to, radius))];
    }
    default: {
      const top = y + height * between(random, 0.58, 0.86);
      const half = width * between(random, 0.2, 0.5);
      const outline = rectangleOutline(middle - half, top, half * 2, y + height * 1.04 - top);
      const lid = rectangleOutline(middle - half, top, half * 2, height * 0.025);
      return [{ ...plain(outline, css(color)), marks: [{ outline: lid, fill: css(shade(color, 1.25)) }] }];
    }
  }
}
