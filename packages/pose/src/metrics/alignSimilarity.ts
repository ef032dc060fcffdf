/** A point in space. */
export type Point3 = readonly [x: number, y: number, z: number];

/**
 * The points moved, turned and scaled, never mirrored, so that the sum of squared distances from the target is least.
 * Source: Horn 1987, "Closed-form solution of absolute orientation using unit quaternions": the rotation is the eigenvector of the largest
 * eigenvalue of a symmetric 4 × 4 matrix. Points that all coincide are moved only.
 */
export function alignSimilarity(points: readonly Point3[], target: readonly Point3[]): readonly Point3[] {
  const [from, to] = [centre(points), centre(target)];
  const [p, q] = [points.map((point) => subtract(point, from)), target.map((point) => subtract(point, to))];
  const spread = p.reduce((sum, [x, y, z]) => sum + x * x + y * y + z * z, 0);
  const s = [0, 1, 2].map((i) => [0, 1, 2].map((j) => p.reduce((sum, point, k) => sum + point[i]! * q[k]![j]!, 0)));
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = s as [Triple, Triple, Triple]; // three rows of three
  const { vector, value } = largestEigenvector([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]);
  const scale = spread > 0 ? value / spread : 1; // the eigenvalue is Σ q · R p
  return p.map((point) => {
    const [x, y, z] = rotate(vector, point);
    return [to[0] + scale * x, to[1] + scale * y, to[2] + scale * z];
  });
}

type Triple = [number, number, number];
type Quaternion = readonly [w: number, x: number, y: number, z: number];

function centre(points: readonly Point3[]): Point3 {
  const mean = (axis: number): number => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}

function subtract([x, y, z]: Point3, [a, b, c]: Point3): Point3 {
  return [x - a, y - b, z - c];
}

function rotate([w, a, b, c]: Quaternion, [x, y, z]: Point3): Point3 {
  return [
    (w * w + a * a - b * b - c * c) * x + 2 * (a * b - w * c) * y + 2 * (a * c + w * b) * z,
    2 * (a * b + w * c) * x + (w * w - a * a + b * b - c * c) * y + 2 * (b * c - w * a) * z,
    2 * (a * c - w * b) * x + 2 * (b * c + w * a) * y + (w * w - a * a - b * b + c * c) * z,
  ];
}

/** Of a symmetric matrix, by Jacobi's rotations: each makes one element off the diagonal zero, until all are. */
function largestEigenvector(symmetric: number[][]): { readonly vector: Quaternion; readonly value: number } {
  const a = symmetric;
  const n = a.length;
  const vectors = a.map((_, i) => a.map((_row, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 50; sweep++) {
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        if (a[i]![j] === 0) continue;
        const theta = (a[j]![j]! - a[i]![i]!) / (2 * a[i]![j]!);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        turn(a, i, j, c, t * c);
        turn(transposed(a), i, j, c, t * c).forEach((row, k) => {
          for (const [l, value] of row.entries()) a[l]![k] = value;
        });
        turn(vectors, i, j, c, t * c);
      }
    }
  }
  const largest = a.reduce((best, row, i) => (row[i]! > a[best]![best]! ? i : best), 0);
  return { vector: vectors[largest]! as unknown as Quaternion, value: a[largest]![largest]! }; // a row of four
}

/** Rows i and j become c·i − s·j and s·i + c·j. */
function turn(rows: number[][], i: number, j: number, c: number, s: number): number[][] {
  for (let k = 0; k < rows[i]!.length; k++) {
    const [x, y] = [rows[i]![k]!, rows[j]![k]!];
    rows[i]![k] = c * x - s * y;
    rows[j]![k] = s * x + c * y;
  }
  return rows;
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((_, i) => rows.map((row) => row[i]!));
}
