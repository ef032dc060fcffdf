import type { Tensor } from "@kindling/autograd";
import * as autograd from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type ActivationName, type ActivationParameters, activationReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** How an activation is called with its parameters, and what its operands lie apart from. */
interface Call {
  readonly name: ActivationName;
  /** The op's name, where it is another. */
  readonly op?: string;
  build(x: Tensor, parameters: ActivationParameters): Tensor;
  /** Sets of parameters; the first with PyTorch's defaults. */
  readonly parameters?: readonly ActivationParameters[];
  readonly kinks?: (parameters: ActivationParameters) => readonly number[];
  /** Range of operands; −5 to 5 when absent. */
  readonly range?: readonly [low: number, high: number];
}

/** One element, and sizes that no workgroup or vector divides. */
const shapes: readonly Shape[] = [[1], [2, 5, 3, 7], [3, 8, 4]];

const calls: readonly Call[] = [
  { name: "abs", build: (x) => autograd.abs(x), kinks: () => [0] },
  {
    name: "elu",
    build: (x, { alpha }) => autograd.elu(x, { alpha: alpha! }),
    parameters: [{ alpha: 1 }, { alpha: 0.3 }],
    kinks: () => [0],
  },
  { name: "exp", build: (x) => autograd.exp(x) },
  { name: "gelu", build: (x) => autograd.gelu(x) },
  { name: "geluTanh", op: "gelu", build: (x) => autograd.gelu(x, { approximate: "tanh" }) },
  { name: "hardsigmoid", build: (x) => autograd.hardsigmoid(x), kinks: () => [-3, 3] },
  { name: "hardswish", build: (x) => autograd.hardswish(x), kinks: () => [-3, 3] },
  { name: "log", build: (x) => autograd.log(x), range: [0.3, 4] },
  { name: "relu6", build: (x) => autograd.relu6(x), kinks: () => [0, 6], range: [-3, 9] },
  { name: "sigmoid", build: (x) => autograd.sigmoid(x) },
  { name: "silu", build: (x) => autograd.silu(x) },
  {
    name: "softplus",
    build: (x, { beta, threshold }) => autograd.softplus(x, { beta: beta!, threshold: threshold! }),
    parameters: [
      { beta: 1, threshold: 20 },
      { beta: 2.5, threshold: 5 },
    ],
    kinks: ({ beta, threshold }) => [threshold! / beta!],
  },
  { name: "sqrt", build: (x) => autograd.sqrt(x), range: [0.3, 4] },
  { name: "tanh", build: (x) => autograd.tanh(x) },
];

/** Every activation with its own gradient kernel, and exp, log, sqrt and abs. */
export const activationFamilies: readonly OpFamily[] = calls.map((call) => {
  const { parameters = [{}] } = call;
  return {
    op: call.op ?? call.name,
    cases: parameters.flatMap((set) => shapes.map((shape, i) => make(call, shape, set, 800 + i))),
    random: (draw) => make(call, [draw.size(3), draw.size(), draw.size(), draw.channels()], draw.oneOf(parameters), draw.seed()),
  };
});

function make(
  { name, op = name, build, kinks, range: [low, high] = [-5, 5] }: Call,
  shape: Shape,
  parameters: ActivationParameters,
  seed: number,
): OpCase {
  const options = Object.entries(parameters).map(([parameter, value]) => `, ${parameter} ${value}`);
  const data = randomValues(seed, sizeOf(shape), low, high);
  return {
    op,
    name: `${op === name ? "" : `${name} `}[${shape}]${options.join("")}`,
    inputs: [{ name: "x", shape, data: apart(data, kinks?.(parameters) ?? []), differentiable: true }],
    build: ([x]) => build(x!, parameters),
    reference: ([x]) => activationReference(name, x!, parameters).value,
  };
}

/** Values within 0.1 of a kink are moved beyond it, so that differences see one side. */
function apart(values: Float32Array, kinks: readonly number[]): Float32Array {
  return values.map((value) => {
    const near = kinks.find((kink) => Math.abs(value - kink) < 0.1);
    return near === undefined ? value : near + (value < near ? -0.1 : 0.1);
  });
}
