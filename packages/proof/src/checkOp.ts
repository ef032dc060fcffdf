import { compile, Graph, pullback } from "@kindling/autograd";
import { type Device, sizeOf } from "@kindling/gpu";
import type { Kernel, Problem, Variant } from "@kindling/kernels";
import type { OpCase } from "./opCase.ts";
import { randomValues } from "./random.ts";

/** How far an op was from its float64 definition. */
export interface OpCheck {
  readonly op: string;
  readonly case: string;
  /** Relative L2 error of the output. */
  readonly error: number;
  /** Largest over directions of |⟨v, vjp(u)⟩ − ⟨(f(x+hv) − f(x−hv))/2h, u⟩| ÷ Σ|vjp(u)|, per differentiable input. */
  readonly gradientErrors: Readonly<Record<string, number>>;
  readonly pass: boolean;
}

/** How an op is run. */
export interface CheckOpOptions {
  /** Variant of each kernel call; the fastest supported when absent. */
  readonly choose?: (kernel: Kernel, problem: Problem) => Variant;
}

/** What right float32 ops stay below, by a factor of ten or more. */
export const opBounds = { error: 2e-5, gradient: 1e-4 } as const;

const directions = 3;

/**
 * Runs an op forward and backward on the GPU and compares with its float64 reference: the output directly, the gradients along random
 * directions by central differences of the reference, and every element for inputs below 64 elements.
 */
export async function checkOp(device: Device, opCase: OpCase, options: CheckOpOptions = {}): Promise<OpCheck> {
  const graph = new Graph();
  const tensors = opCase.inputs.map(({ name, shape }) => graph.input(name, shape, "f32"));
  const output = opCase.build(tensors);
  const cotangent = graph.input("cotangent", output.shape, "f32");
  const wrt = tensors.filter((_, i) => opCase.inputs[i]!.differentiable);
  const gradients = pullback([[output, cotangent]], wrt);
  const outputs = Object.fromEntries([
    ["output", output],
    ...gradients.flatMap((gradient, i) => (gradient ? [[`gradient ${wrt[i]!.name}`, gradient] as const] : [])),
  ]);
  using program = await compile(graph, device, { store: null, outputs, ...options });
  const u = randomValues(99, sizeOf(output.shape));
  for (const { name, data } of opCase.inputs) program.write(name, Float32Array.from(data));
  program.write("cotangent", Float32Array.from(u));
  program.run();

  const exact = opCase.inputs.map(({ data }) => Float64Array.from(data));
  const error = relativeError(await program.read("output"), opCase.reference(exact));
  const gradientErrors: Record<string, number> = {};
  for (const [i, { name, data, differentiable }] of opCase.inputs.entries()) {
    if (!differentiable) continue;
    const known = `gradient ${name}` in outputs;
    const gradient = known ? await program.read(`gradient ${name}`) : new Float32Array(data.length);
    gradientErrors[name] = gradientError(opCase, exact, i, gradient, u);
  }
  device.throwIfFailed();
  const pass = error <= opBounds.error && Object.values(gradientErrors).every((value) => value <= opBounds.gradient);
  return { op: opCase.op, case: opCase.name, error, gradientErrors, pass };
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
  const scale = gradient.reduce((sum, value) => sum + Math.abs(value), 0);
  const compareAlong = (v: ArrayLike<number>) => {
    const got = gradient.reduce((sum, value, i) => sum + value * v[i]!, 0);
    const difference = Math.abs(got - along(v));
    worst = Math.max(worst, Number.isFinite(difference) ? difference / Math.max(scale, 1e-6) : Number.POSITIVE_INFINITY);
  };
  for (let direction = 0; direction < directions; direction++) compareAlong(randomValues(1000 + direction, x.length));
  if (x.length < 64) for (let i = 0; i < x.length; i++) compareAlong(Float64Array.from({ length: x.length }, (_, j) => (i === j ? 1 : 0)));
  return worst;
}
