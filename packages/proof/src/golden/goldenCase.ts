import type { Device } from "@kindling/gpu";
import { relativeError } from "../checkOp.ts";

/** How far one tensor of a case is from its reference. A list has one relative error a training step. */
export interface TensorCheck {
  readonly name: string;
  /** Relative L2 error; infinite when something is not finite. */
  readonly error: number | readonly number[];
  readonly bound: number | readonly number[];
}

/** What a case came to: its tensors, with what of it Kindling lacks, or why it cannot be run at all. */
export type GoldenOutcome =
  | { readonly kind: "checked"; readonly tensors: readonly TensorCheck[]; readonly lacking?: string }
  | { readonly kind: "unsupported"; readonly reason: string };

/** One case of a folder of reference values. */
export interface GoldenPlan {
  /** `ops/conv2d_0`, `models/squeezenet_hpe_training`, `domain/codec/hrnet_box2cs`. */
  readonly name: string;
  /** Where to look when it fails, a clause. */
  readonly lookAt: string;
  run(device: Device): Promise<GoldenOutcome>;
}

/** A case that was run, as `kindling verify --json` prints it. */
export interface GoldenCase {
  readonly name: string;
  /** Relative L2 error of the tensor that is worst measured by its bound. */
  readonly error: number;
  /** That tensor's bound. */
  readonly bound: number;
  /** Its name; absent where something was thrown. */
  readonly worst?: string;
  readonly pass: boolean;
  readonly tensors: Readonly<Record<string, number | readonly number[]>>;
  /** What was thrown, in place of tensors. */
  readonly problem?: string;
}

/** Most that right float32 arithmetic differs from PyTorch's float64, as relative L2 error, where a case states no bound of its own. */
export const goldenBound = 2e-5;

/** Judges the tensors of a case. */
export function judge(name: string, tensors: readonly TensorCheck[]): GoldenCase {
  let [error, bound, worst] = [0, goldenBound, -1];
  let worstName: string | undefined;
  for (const check of tensors) {
    const errors = [check.error].flat();
    const bounds = [check.bound].flat();
    for (const [i, one] of errors.entries()) {
      const limit = bounds[Math.min(i, bounds.length - 1)] ?? 0;
      const ratio = one === 0 ? 0 : one / limit;
      if (ratio > worst) [error, bound, worst, worstName] = [one, limit, ratio, check.name];
    }
  }
  return {
    name,
    error,
    bound,
    ...(worstName === undefined ? {} : { worst: worstName }),
    pass: worst >= 0 && worst <= 1,
    tensors: Object.fromEntries(tensors.map((check) => [check.name, check.error])),
  };
}

/** An outcome with tensors; `lacking` says what of the case was left out. */
export function checked(tensors: readonly TensorCheck[], lacking?: string): GoldenOutcome {
  return { kind: "checked", tensors, ...(lacking === undefined ? {} : { lacking }) };
}

/** Compares values with their reference by the bound of cases that state none. */
export function compared(name: string, got: ArrayLike<number>, expected: ArrayLike<number>): TensorCheck {
  return { name, error: relativeError(got, expected), bound: goldenBound };
}

/** An outcome without: what Kindling lacks. */
export function unsupported(reason: string): GoldenOutcome {
  return { kind: "unsupported", reason };
}
