import {
  abs,
  adaptiveWing,
  add,
  batchNorm,
  batchNormTrainingOp,
  conv2d,
  convTranspose2d,
  div,
  elu,
  fill,
  fire,
  gelu,
  globalAvgPool2d,
  hardswish,
  jointsMse,
  layerNorm,
  linear,
  logSoftmax,
  matmul,
  maximum,
  maxPool2d,
  mean,
  mse,
  mul,
  record,
  relu,
  resizeBilinear,
  resizeNearest,
  sigmoid,
  silu,
  simccKl,
  softmax,
  softplus,
  spatialKl,
  sub,
  sumAll,
  type Tensor,
  tanh,
  upsampleConv,
} from "@kindling/autograd";
import type { OpEntry } from "./opEntry.ts";
import type { TorchLayout } from "./torchLayout.ts";

/** Inputs of a case by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** An op of `ops/index.json` in terms of ours. */
export interface RecordedOp {
  /** Our op, as `kindling gradcheck` takes it. */
  readonly ours: string;
  /** Layout of each input; "plain" for those not named. */
  readonly layouts: Readonly<Record<string, TorchLayout>>;
  readonly output: TorchLayout;
  build(inputs: NamedTensors, entry: OpEntry): Tensor;
  /** What of a call our op cannot do, given the shapes of the file, or undefined. */
  lacks?(entry: OpEntry, shapes: Readonly<Record<string, readonly number[]>>): string | undefined;
}

const convolution = { x: "image", weight: "convolution", bias: "plain" } as const;
const image = { x: "image" } as const;
/** a and what broadcasts to it. */
const perChannel = { a: "image", b: "perChannel" } as const;

/** Ours for the `op` of an entry; names and attributes are PyTorch's. */
export const recordedOps: Readonly<Record<string, RecordedOp>> = {
  conv2d: {
    ours: "conv2d",
    layouts: convolution,
    output: "image",
    build: ({ x, weight, bias }, entry) => {
      const [stride, padding, dilation, groups] = ["stride", "padding", "dilation", "groups"].map((name) => entry.number(name));
      return conv2d(x!, weight!, bias ?? null, { stride: stride!, padding: padding!, dilation: dilation!, groups: groups! });
    },
  },
  conv_transpose2d: {
    ours: "convTranspose2d",
    layouts: convolution,
    output: "image",
    build: ({ x, weight, bias }, entry) =>
      convTranspose2d(x!, weight!, bias ?? null, { stride: entry.number("stride"), padding: entry.number("padding") }),
  },
  linear: {
    ours: "linear",
    layouts: { weight: "linear" },
    output: "plain",
    build: ({ x, weight, bias }) => linear(x!, weight!, bias ?? null),
  },
  matmul: { ours: "matmul", layouts: {}, output: "plain", build: ({ a, b }) => matmul(a!, b!) },
  max_pool2d: {
    ours: "maxPool2d",
    layouts: image,
    output: "image",
    build: ({ x }, entry) =>
      maxPool2d(x!, {
        kernel: entry.number("kernel"),
        stride: entry.number("stride"),
        padding: entry.number("padding"),
        ceilMode: entry.attribute("ceil_mode") === true,
      }),
  },
  adaptive_avg_pool2d: {
    ours: "globalAvgPool2d",
    layouts: image,
    output: "image",
    build: ({ x }) => globalAvgPool2d(x!),
    // The file gives a size by its output alone.
    lacks: (_, { output = [] }) => (output.slice(2).join() === "1,1" ? undefined : `adaptive pooling to [${output.slice(2)}]`),
  },
  interpolate: {
    ours: "resizeBilinear",
    layouts: image,
    output: "image",
    build: ({ x }, entry) =>
      entry.attribute("mode") === "nearest"
        ? resizeNearest(x!, entry.numbers("size"))
        : resizeBilinear(x!, entry.numbers("size"), { alignCorners: entry.attribute("align_corners") === true }),
    lacks: (entry) => {
      const mode = String(entry.attribute("mode"));
      return ["bilinear", "nearest"].includes(mode) ? undefined : `interpolation with mode ${mode}`;
    },
  },
  batch_norm: {
    ours: "batchNorm",
    layouts: image,
    output: "image",
    build({ x, weight, bias, running_mean: mean, running_var: variance }, entry) {
      const epsilon = entry.number("eps");
      if (mean && variance) return batchNorm(x!, weight!, bias!, mean, variance, { training: false, epsilon });
      // A case of training has no running statistics to move.
      return record(batchNormTrainingOp, [x!, weight!, bias!], { epsilon, activation: "none" })[0]!;
    },
  },
  layer_norm: {
    ours: "layerNorm",
    layouts: {},
    output: "plain",
    build: ({ x, weight, bias }, entry) => layerNorm(x!, weight ?? null, bias ?? null, { epsilon: entry.number("eps") }),
  },
  relu: { ours: "relu", layouts: {}, output: "plain", build: ({ x }) => relu(x!) },
  elu: { ours: "elu", layouts: {}, output: "plain", build: ({ x }) => elu(x!) },
  gelu: { ours: "gelu", layouts: {}, output: "plain", build: ({ x }) => gelu(x!) },
  hardswish: { ours: "hardswish", layouts: {}, output: "plain", build: ({ x }) => hardswish(x!) },
  sigmoid: { ours: "sigmoid", layouts: {}, output: "plain", build: ({ x }) => sigmoid(x!) },
  silu: { ours: "silu", layouts: {}, output: "plain", build: ({ x }) => silu(x!) },
  softplus: { ours: "softplus", layouts: {}, output: "plain", build: ({ x }) => softplus(x!) },
  tanh: { ours: "tanh", layouts: {}, output: "plain", build: ({ x }) => tanh(x!) },
  add: { ours: "add", layouts: perChannel, output: "image", build: ({ a, b }) => add(a!, b!) },
  sub: { ours: "sub", layouts: perChannel, output: "image", build: ({ a, b }) => sub(a!, b!) },
  mul: { ours: "mul", layouts: perChannel, output: "image", build: ({ a, b }) => mul(a!, b!) },
  "a/(|b|+0.5)": {
    ours: "div",
    layouts: perChannel,
    output: "image",
    build: ({ a, b }) => div(a!, add(abs(b!), fill(b!.graph, [], 0.5))),
  },
  maximum: { ours: "maximum", layouts: perChannel, output: "image", build: ({ a, b }) => maximum(a!, b!) },
  mean: {
    ours: "mean",
    layouts: image,
    output: "plain",
    build: ({ x }, entry) =>
      mean(
        x!,
        entry.numbers("axes").map((axis) => [0, 3, 1, 2][axis]!),
      ),
    lacks: (entry) => (entry.numbers("axes").includes(1) ? "a mean over channels" : undefined),
  },
  sum: { ours: "sumAll", layouts: {}, output: "scalar", build: ({ x }) => sumAll(x!) },
  softmax: {
    ours: "softmax",
    layouts: image,
    output: "image",
    build: ({ x }) => softmax(x!, "pixels"),
    lacks: (entry) => {
      const axis = String(entry.attribute("axis"));
      return axis === "last two flattened" ? undefined : `softmax over ${axis}`;
    },
  },
  log_softmax: { ours: "softmax", layouts: {}, output: "plain", build: ({ x }) => logSoftmax(x!, "last") },
  fire: {
    ours: "fire",
    layouts: { x: "image", sw: "convolution", e1w: "convolution", e3w: "convolution" },
    output: "image",
    build: ({ x, sw, sb, e1w, e1b, e3w, e3b }) => fire(x!, { squeeze: [sw!, sb!], expand1x1: [e1w!, e1b!], expand3x3: [e3w!, e3b!] }),
  },
  "conv2d(interpolate(x))": {
    ours: "upsampleConv",
    layouts: convolution,
    output: "image",
    build: ({ x, weight, bias }, entry) => upsampleConv(x!, weight!, bias!, entry.numbers("size")),
    lacks: (entry) => (entry.number("padding") === 1 ? undefined : `an up-sampled convolution with padding ${entry.number("padding")}`),
  },
  adaptive_wing: {
    ours: "adaptiveWing",
    layouts: { pred: "image", target: "image", mask: "perMap" },
    output: "scalar",
    build: ({ pred, target, mask }, entry) =>
      adaptiveWing(pred!, target!, mask!, {
        omega: entry.number("omega"),
        theta: entry.number("theta"),
        epsilon: entry.number("epsilon"),
        alpha: entry.number("alpha"),
        importanceWeight: entry.number("weight"),
        importanceThreshold: entry.number("threshold"),
        normalization: "all",
      }),
  },
  spatial_kl: {
    ours: "spatialKl",
    layouts: { student: "image", teacher: "image" },
    output: "scalar",
    build: ({ student, teacher }, entry) =>
      spatialKl(student!, teacher!, { temperature: entry.number("temperature"), normalization: "batch" }),
  },
  kl_discret: {
    ours: "simccKl",
    layouts: {},
    output: "scalar",
    build({ pred, target, weight }, entry) {
      const beta = entry.number("beta");
      return simccKl(pred!, target!, weight!, { beta, labelSoftmax: true, labelBeta: beta, normalization: "jointsAndBins" });
    },
  },
  joints_mse: {
    ours: "jointsMse",
    layouts: { pred: "image", target: "image", weight: "perMap" },
    output: "scalar",
    build: ({ pred, target, weight }) => jointsMse(pred!, target!, weight!),
  },
  mse: { ours: "mse", layouts: {}, output: "scalar", build: ({ pred, target }) => mse(pred!, target!) },
};
