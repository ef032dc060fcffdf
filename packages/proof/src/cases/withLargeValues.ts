import type { OpCase } from "../opCase.ts";

/**
 * The case with its operand `x` so large and positive that sums over it, or squares, lie beyond f16 (65,504), though what comes out does not:
 * an op that keeps a sum in f16 puts out infinity.
 */
export function withLargeValues(opCase: OpCase): OpCase {
  return {
    ...opCase,
    name: `${opCase.name}, large values`,
    inputs: opCase.inputs.map((input) =>
      input.name === "x" ? { ...input, data: input.data.map((value) => (1 + Math.abs(value)) * factor) } : input,
    ),
  };
}

const factor = 1500;
