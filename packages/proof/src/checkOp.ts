import { type CompileOptions, compile } from "@kindling/autograd";
import { type Device, sizeOf } from "@kindling/gpu";
import type { OpCase } from "./opCase.ts";
import { randomValues } from "./random.ts";
import { outputsOf, recordCase } from "./recordCase.ts";
import { bytesOf, rounded } from "./storedValues.ts";

/** How far an op was from its float64 definition. */
export interface OpCheck {
  readonly op: string;
  readonly case: string;
  /** Storage of the inputs that are not f32 by nature, and so of what comes out. */
  readonly dtype: "f32" | "f16";
  /** Relative L2 error of the output. */
  readonly error: number;
  /**
   * Largest over directions of |⟨v, vjp(u)⟩ − ⟨(f(x+hv) − f(x−hv))/2h, u⟩| ÷ Σ|vjp(u)| (÷ max|vjp(u)| along one element), per
   * differentiable input.
   */
  readonly gradientErrors: Readonly<Record<string, number>>;
  readonly pass: boolean;
}

/** How an op is run. */
export interface CheckOpOptions {
  /** Storage of the inputs that are not f32 by nature; "f32" when absent. */
  readonly dtype?: "f32" | "f16";
  /** Variant of each kernel call; the fastest supported when absent. */
  readonly choose?: NonNullable<CompileOptions["choose"]>;
}

/**
 * What right ops stay below on every adapter: by a factor of ten or more in f32, or of six where an exponential is taken of logits around 95;
 * in f16 the rounding of the stored result is most of the error.
 */
export const opBounds = { f32: { error: 2e-5, gradient: 1e-4 }, f16: { error: 1e-3, gradient: 4e-3 } } as const;

const directions = 3;

/**
 * Runs an op forward and backward on the GPU and compares with its float64 reference: the output directly, the gradients along random
 * directions by central differences of the reference, and every element for inputs below 64 elements.
 */
export async function checkOp(device: Device, opCase: OpCase, { dtype = "f32", ...options }: CheckOpOptions = {}): Promise<OpCheck> {
  const recorded = recordCase(opCase, dtype);
  const { graph, inputs, cotangent } = recorded;
  const outputs = outputsOf(recorded);
  using program = await compile(graph, device, { store: null, outputs, ...options });
  const u = rounded(randomValues(99, sizeOf(cotangent.shape)), cotangent.dtype);
  for (const { name, tensor, data } of inputs) program.write(name, bytesOf(data, tensor));
  program.write("cotangent", bytesOf(u, cotangent));
  program.run();

  const exact = inputs.map(({ data, stored }) => Float64Array.from(rounded(data, stored)));
  const error = relativeError(await program.read("output"), opCase.reference(exact));
  const gradientErrors: Record<string, number> = {};
  for (const [i, { name, data, differentiable }] of inputs.entries()) {
    if (!differentiable) continue;
    const known = `gradient ${name}` in outputs;
    const gradient = known ? await program.read(`gradient ${name}`) : new Float32Array(data.length);
    gradientErrors[name] = gradientError(opCase, exact, i, gradient, u);
  }
  device.throwIfFailed();
  const bounds = opBounds[dtype];
  const pass = error <= bounds.error && Object.values(gradientErrors).every((value) => value <= bounds.gradient);
  return { op: opCase.op, case: opCase.name, dtype, error, gradientErrors, pass };
}

/** ‖got − expected‖ ÷ ‖expected‖; infinity when something is not finite. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (got[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  const error = norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

function gradientError(opCase: OpCase, exact: readonly Float64Array[], input: number, gradient: Float32Array, u: Float32Array): number {
  const x = exact[input]!;
  const h = 6e-6 * Math.max(1e-3, ...x.map(Math.abs));
  const along = (v: ArrayLike<number>): number => {
    const at = (sign: number) =>
      opCase.reference(
        exact.with(
          input,
          x.map((value, i) => value + sign * h * v[i]!),
        ),
      );
    const [high, low] = [at(1), at(-1)];
    return high.reduce((sum, value, i) => sum + ((value - low[i]!) / (2 * h)) * u[i]!, 0);
  };
  let worst = 0;
  const sizes = gradient.map(Math.abs);
  const total = sizes.reduce((sum, value) => sum + value, 0);
  const compareAlong = (v: ArrayLike<number>, scale: number) => {
    const got = gradient.reduce((sum, value, i) => sum + value * v[i]!, 0);
    const difference = Math.abs(got - along(v));
    worst = Math.max(worst, Number.isFinite(difference) ? difference / Math.max(scale, 1e-6) : Number.POSITIVE_INFINITY);
  };
  for (let direction = 0; direction < directions; direction++) compareAlong(randomValues(1000 + direction, x.length), total);
  // An element by itself is measured by the largest one: sums that cancel leave small ones with the rounding of large terms.
  const largest = sizes.reduce((most, value) => Math.max(most, value), 0);
  if (x.length < 64)
    for (let i = 0; i < x.length; i++)
      compareAlong(
        Float64Array.from({ length: x.length }, (_, j) => (i === j ? 1 : 0)),
        largest,
      );
  return worst;
}
