import {
  add,
  concatChannels,
  conv2d,
  convTranspose2d,
  elu,
  exp,
  fill,
  globalAvgPool2d,
  hardsigmoid,
  hardswish,
  linear,
  logSoftmax,
  matmul,
  maxPool2d,
  mean,
  mul,
  relu,
  relu6,
  reshape,
  resizeBilinear,
  resizeNearest,
  scaleNorm,
  sigmoid,
  silu,
  sliceChannels,
  softmax,
  sum,
  sumResized,
  type Tensor,
  transpose,
  upsampleConv,
  Variable,
} from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { Conv2d } from "../layers/conv2d.ts";
import { Linear } from "../layers/linear.ts";
import { imageNetInput, type ModelCard } from "../modelCard.ts";
import { type Mode, Module, nameModule } from "../module.ts";
import { compareWithOnnx } from "../testing/compareWithOnnx.ts";
import { trainedLike } from "../testing/trainedLike.ts";
import { exportOnnx } from "./exportOnnx.ts";

const device = await openDevice();

/** Batch 2 of 9×7 pixels and 6 channels, which each of these gets. */
const [height, width, channels] = [9, 7, 6];

/** Ops on their own, with the options that no network of the other test uses. */
const ops: Readonly<Record<string, (x: Tensor, probe: Probe) => Tensor>> = {
  "add of an image and of one value a channel": (x, { vector }) => add(add(x, x), x.graph.use(vector)),
  "mul with one value an image and channel": (x) => mul(x, globalAvgPool2d(x)),
  "mul with a constant": (x) => mul(x, fill(x.graph, [1], -0.3)),
  "mul with a constant image": (x) => mul(x, fill(x.graph, [1, height, 1, channels], 2)),
  relu: (x) => relu(x),
  relu6: (x) => relu6(mul(x, fill(x.graph, [1], 4))),
  elu: (x) => elu(x, { alpha: 0.7 }),
  sigmoid: (x) => sigmoid(x),
  silu: (x) => silu(x),
  hardsigmoid: (x) => hardsigmoid(mul(x, fill(x.graph, [1], 3))),
  hardswish: (x) => hardswish(x),
  "scaleNorm of pixels": (x, { one }) => scaleNorm(x, x.graph.use(one)),
  "scaleNorm of rows below its epsilon": (x, { one }) => scaleNorm(rows(mul(x, fill(x.graph, [1], 1e-7))), x.graph.use(one)),
  "conv2d of groups, with dilation": (x, { grouped }) =>
    conv2d(x, x.graph.use(grouped.weight), null, { groups: 3, dilation: 2, padding: 3 }),
  "convTranspose2d with output padding, groups and dilation": (x, { transposed }) =>
    convTranspose2d(x, x.graph.use(transposed.weight), null, { groups: 2, stride: 3, padding: 1, outputPadding: 2, dilation: 2 }),
  "upsampleConv without bias": (x, { three }) => upsampleConv(x, x.graph.use(three.weight), null, [20, 14]),
  "maxPool2d with padding": (x) => maxPool2d(x, { kernel: 5, stride: 1, padding: 2 }),
  "maxPool2d rounded up": (x) => maxPool2d(x, { kernel: 2, stride: 2, ceilMode: true }),
  "resizeBilinear with aligned corners": (x) => resizeBilinear(x, [20, 5], { alignCorners: true }),
  "resizeBilinear to one pixel": (x) => resizeBilinear(x, [1, 1]),
  "resizeBilinear to fewer pixels": (x) => resizeBilinear(x, [4, 5]),
  "resizeNearest by whole factors": (x) => resizeNearest(x, [27, 14]),
  "resizeNearest by other factors": (x) => resizeNearest(x, [33, 5]),
  "sumResized with ReLU": (x) =>
    sumResized([maxPool2d(x, { kernel: 2 }), x, maxPool2d(x, { kernel: 3 })], [height, width], { activation: "relu" }),
  "concatChannels and sliceChannels of images": (x) => sliceChannels(concatChannels([x, mul(x, x)]), 4, 5),
  "concatChannels and sliceChannels of rows": (x) => sliceChannels(concatChannels([rows(x), rows(x)]), 1, 9),
  "reshape of images to rows and back": (x) => reshape(rows(x), [x.shape[0]!, width, height, channels]),
  "transpose of rows": (x) => transpose(rows(x)),
  "transpose of images": (x) => transpose(x),
  "matmul of rows": (x) => matmul(rows(x), rows(x), { transposeA: true }),
  "matmul of rows with transposed ones": (x) => matmul(rows(x), rows(x), { transposeB: true }),
  "matmul of images": (x) => matmul(x, x, { transposeB: true }),
  "softmax over pixels": (x) => softmax(x),
  "softmax over channels, and its logarithm over rows": (x) => add(softmax(x, "last"), reshape(logSoftmax(rows(x), "last"), x.shape)),
  "linear of rows of an image": (x, { dense }) => linear(rows(x), x.graph.use(dense.weight), x.graph.use(dense.bias!)),
  "linear of images": (x, { dense }) => linear(x, x.graph.use(dense.weight), null),
  "linear of one row an image": (x, { dense }) => linear(mean(x, [1, 2]), x.graph.use(dense.weight), x.graph.use(dense.bias!)),
  "sum over channels": (x) => sum(x, [3]),
  "sum over rows, which stay": (x) => sum(x, [1], { keepDims: true }),
  "mean over pixels, which stay": (x) => mean(x, [1, 2], { keepDims: true }),
};

test.each(Object.entries(ops))("ONNX Runtime computes what we do of %s", async (_, op) => {
  const model = new Probe(op);
  nameModule(model, "network");
  const { computed } = await compareWithOnnx(device, model, [height, width], [1, 2]);
  for (const { onnx, ours } of computed) {
    expect(onnx.shape).toEqual(ours.shape);
    expect(relativeError(onnx.data, ours.data)).toBeLessThan(3e-6);
  }
});

test("what has no rule is named with its module: ops, sums and shapes over the batch", () => {
  const exported = (op: (x: Tensor, probe: Probe) => Tensor) => () => {
    const model = new Probe(op);
    nameModule(model, "network");
    exportOnnx(model, trainedLike(model), "test", [height, width]);
  };
  expect(exported((x) => exp(x))).toThrow("ONNX export has no rule for exp, which network records");
  expect(exported((x) => sum(x, [0, 1]))).toThrow("no rule for a sum over the batch");
  expect(exported((x) => reshape(x, [x.shape[0]! * height, width, channels, 1]))).toThrow(
    "no rule for reshape across the images of a batch",
  );
  expect(exported((x, { dense }) => transpose(x.graph.use(dense.weight)))).toThrow("dense.weight is read as a tensor");
  expect(exported((x) => maxPool2d(x, { kernel: 2, padding: 1, ceilMode: true }))).toThrow(
    "no rule for max pooling rounded up with padding",
  );
});

function rows(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, height * width, channels]);
}

/** One op, between an image and an output. */
class Probe extends Module {
  readonly card: ModelCard;
  readonly stem: Conv2d = new Conv2d(3, channels, 1, { image: true });
  readonly three: Conv2d = new Conv2d(channels, 5, 3);
  readonly grouped: Conv2d = new Conv2d(channels, 9, 3, { groups: 3 });
  /** As a convolution from 8 channels to 6, which convTranspose2d transposes. */
  readonly transposed: Conv2d = new Conv2d(8, channels, 3, { groups: 2 });
  readonly dense: Linear = new Linear(channels, channels);
  readonly vector: Variable = new Variable({ shape: [channels], role: "parameter", init: () => new Float32Array(channels) });
  readonly one: Variable = new Variable({ shape: [1], role: "parameter", init: () => new Float32Array(1) });
  readonly #op: (x: Tensor, probe: Probe) => Tensor;

  constructor(op: (x: Tensor, probe: Probe) => Tensor) {
    super();
    this.#op = op;
    this.card = {
      name: "probe",
      joints: 1,
      skeleton: null,
      input: imageNetInput,
      inputSize: [height, width],
      outputs: () => [{ name: "y", kind: "heatmaps", shape: [] }],
      codec: { kind: "heatmaps" },
      source: "a test",
    };
  }

  forward(image: Tensor, mode: Mode): Tensor {
    return this.#op(this.stem.call(image, mode), this);
  }
}
