import { type Shape, sizeOf } from "@kindling/gpu";

/** Neighbouring axes along which the smaller operand either moves on, or stays where it is. */
export interface BroadcastRun {
  readonly size: number;
  readonly repeats: boolean;
}

/**
 * How a tensor of shape `smaller` is read while one of shape `shape` is walked through: its axes aligned right, sizes equal or 1 (NumPy's
 * rule with `shape` as the result), as runs that alternate, outermost first. Undefined where the shapes do not fit.
 */
export function broadcastRuns(shape: Shape, smaller: Shape): readonly BroadcastRun[] | undefined {
  if (smaller.length > shape.length) return undefined;
  const runs: BroadcastRun[] = [];
  for (const [axis, size] of shape.entries()) {
    const own = smaller[axis - shape.length + smaller.length] ?? 1;
    if (own !== size && own !== 1) return undefined;
    if (size === 1) continue;
    const last = runs.at(-1);
    const repeats = own === 1;
    if (last?.repeats === repeats) runs.splice(-1, 1, { size: last.size * size, repeats });
    else runs.push({ size, repeats });
  }
  return runs.length > 0 ? runs : [{ size: 1, repeats: false }];
}

/** A walk through `size` elements, and where a tensor that broadcasts to them stands at each. */
export type BroadcastProblem = {
  readonly size: number;
  /** Runs of {@link broadcastRuns}, 1 to 4. */
  readonly runs: number;
  /** Whether the innermost run repeats. */
  readonly repeats: boolean;
  /** Sizes of the runs but the outermost of four, innermost first; 1 where there are fewer. */
  readonly run0: number;
  readonly run1: number;
  readonly run2: number;
};

/** Uniform fields of {@link BroadcastProblem}. */
export const broadcastUniforms = { size: "u32", run0: "u32", run1: "u32", run2: "u32" } as const;

/**
 * The problem of a tensor of shape `smaller` that broadcasts to `shape`.
 * @throws RangeError when it does not, or in more than four runs, for which five axes are needed.
 */
export function broadcastProblem(shape: Shape, smaller: Shape): BroadcastProblem {
  const runs = broadcastRuns(shape, smaller);
  if (!runs || runs.length > 4) throw new RangeError(`broadcast: [${smaller}] does not broadcast to [${shape}] in at most four runs`);
  const [run0, run1, run2] = [1, 2, 3].map((back) => runs.at(-back)?.size ?? 1) as [number, number, number];
  return { size: sizeOf(shape), runs: runs.length, repeats: runs.at(-1)!.repeats, run0, run1, run2 };
}

/** WGSL expression: the element of the smaller tensor that belongs to element `at` of the walk. */
export function broadcastIndex({ runs, repeats }: BroadcastProblem, at: string): string {
  const indices = repeats
    ? ["0u", `${at} / u.run0`, `${at} / u.run0 % u.run1`, `${at} / u.run0 % u.run1 + ${at} / (u.run0 * u.run1 * u.run2) * u.run1`]
    : [
        at,
        `${at} % u.run0`,
        `${at} % u.run0 + ${at} / (u.run0 * u.run1) * u.run0`,
        `${at} % u.run0 + ${at} / (u.run0 * u.run1) % u.run2 * u.run0`,
      ];
  return indices[runs - 1]!;
}
