import { expect, test } from "vitest";
import { between, createRandom } from "../random/random.ts";
import { alignSimilarity, type Point3 } from "./alignSimilarity.ts";

const random = createRandom(4);
const cloud = (count: number): Point3[] =>
  Array.from({ length: count }, () => [between(random, -5, 5), between(random, -5, 5), between(random, -5, 5)]);
const distance = (a: readonly Point3[], b: readonly Point3[]): number =>
  Math.sqrt(a.reduce((sum, p, i) => sum + p.reduce((s, v, k) => s + (v - b[i]![k]!) ** 2, 0), 0));

test("points that were moved, turned and scaled come back exactly, also from a half turn and from a plane", () => {
  for (let round = 0; round < 200; round++) {
    const points = cloud(3 + (round % 5));
    const [angle, scale] = [round % 10 === 0 ? Math.PI : between(random, -3, 3), between(random, 0.1, 4)];
    const axis = normalized(cloud(1)[0]!);
    const moved = points.map((point): Point3 => {
      const [x, y, z] = turned(point, axis, angle);
      return [scale * x + 7, scale * y - 2, scale * z + 1];
    });
    expect(distance(alignSimilarity(moved, points), points)).toBeLessThan(1e-9);
  }
});

test("no other turn, size or place is nearer, and a mirror image is not made right by mirroring", () => {
  const [points, target] = [cloud(8), cloud(8)];
  const best = distance(alignSimilarity(points, target), target);
  for (let round = 0; round < 200; round++) {
    const axis = normalized(cloud(1)[0]!);
    const [angle, scale, shift] = [between(random, -0.1, 0.1), between(random, 0.95, 1.05), between(random, -0.1, 0.1)];
    const other = alignSimilarity(points, target).map((point): Point3 => {
      const [x, y, z] = turned(point, axis, angle);
      return [scale * x + shift, scale * y, scale * z - shift];
    });
    expect(distance(other, target)).toBeGreaterThan(best);
  }
  const mirrored = target.map(([x, y, z]): Point3 => [-x, y, z]);
  expect(distance(alignSimilarity(mirrored, target), target)).toBeGreaterThan(1);
});

test("points that coincide are moved to the middle of the target", () => {
  const aligned = alignSimilarity(
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
    [
      [0, 0, 0],
      [4, 2, 0],
    ],
  );
  expect(aligned).toEqual([
    [2, 1, 0],
    [2, 1, 0],
  ]);
});

function normalized([x, y, z]: Point3): Point3 {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** Rodrigues' formula. */
function turned([x, y, z]: Point3, [a, b, c]: Point3, angle: number): Point3 {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along = (a * x + b * y + c * z) * (1 - cos);
  return [
    x * cos + (b * z - c * y) * sin + a * along,
    y * cos + (c * x - a * z) * sin + b * along,
    z * cos + (a * y - b * x) * sin + c * along,
  ];
}
