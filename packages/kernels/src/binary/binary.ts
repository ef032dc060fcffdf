import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import { type BroadcastProblem, broadcastIndex, broadcastUniforms } from "./broadcastRuns.ts";

/** A kernel of two operands or more, of which the last, b, broadcasts to the others and to the result. */
export type BinaryKernel = Kernel<BroadcastProblem, typeof broadcastUniforms>;

/** a + b. */
export const addKernel: BinaryKernel = binary("add", ["a", "b"], "a + b");
/** a − b. */
export const subKernel: BinaryKernel = binary("sub", ["a", "b"], "a - b");
/** a · b. */
export const mulKernel: BinaryKernel = binary("mul", ["a", "b"], "a * b");
/** a / b. */
export const divKernel: BinaryKernel = binary("div", ["a", "b"], "a / b");
/** The larger of a and b, NaN where either is (max() may drop it): a NaN is neither above nor at or below anything. */
export const maximumKernel: BinaryKernel = binary("maximum", ["a", "b"], "select(select(a + b, a, a > b), b, a <= b)");
/** Gradient of maximum for a, of dy and both operands: dy where a is the larger, half of it where they are equal, as in PyTorch. */
export const maximumGradKernel: BinaryKernel = binary(
  "maximumGrad",
  ["dy", "a", "b"],
  "select(select(dy, 0.5 * dy, a == b), Value(0.0), a < b)",
);
/** The same for b; it has the shape of a, and is to be summed where b repeats. */
export const maximumOtherGradKernel: BinaryKernel = binary(
  "maximumOtherGrad",
  ["dy", "a", "b"],
  "select(select(dy, 0.5 * dy, a == b), Value(0.0), a > b)",
);

/**
 * One thread an element, or four where the innermost run is a multiple of four: then b's four lie side by side too, or are one.
 * `expression` is of the operands' values, of type `Value`.
 */
function binary(name: string, reads: readonly string[], expression: string): BinaryKernel {
  const whole = reads.slice(0, -1);
  const parameters = reads.map((read) => `${read}: Value`).join(", ");
  const loads = [...whole.map((read) => `Value(${read}[index])`), "other"].join(", ");
  return defineKernel({
    name,
    reads,
    writes: ["result"],
    f16: [...reads, "result"],
    uniforms: broadcastUniforms,
    uniformValues: (problem: BroadcastProblem) => problem,
    variants: [
      {
        id: "scalar",
        supports: () => true,
        source: (problem) => wgsl`
alias Value = f32;
fn combine(${parameters}) -> Value { return ${expression}; }

${threadIndex(64)}
  if (index >= u.size) { return; }
  let other = f32(b[${broadcastIndex(problem, "index")}]);
  result[index] = ResultElement(combine(${loads}));
}`,
        workgroups: ({ size }) => grid(size, 64),
      },
      {
        id: "vector",
        supports: ({ run0 }) => run0 % 4 === 0,
        vectors: ({ repeats }) => [...whole, "result", ...(repeats ? [] : ["b"])],
        source: (problem) => wgsl`
alias Value = vec4f;
fn combine(${parameters}) -> Value { return ${expression}; }

${threadIndex(64)}
  let at = 4u * index;
  if (at >= u.size) { return; }
  let otherAt = ${broadcastIndex(problem, "at")};
  #if ${problem.repeats}
  let other = Value(f32(b[otherAt]));
  #else
  let other = Value(b[otherAt / 4u]);
  #endif
  result[index] = ResultElement(combine(${loads}));
}`,
        workgroups: ({ size }) => grid(size / 4, 64),
      },
    ],
    cost: ({ size }) => ({ flops: size, bytes: 4 * size * (reads.length + 1) }),
  });
}
