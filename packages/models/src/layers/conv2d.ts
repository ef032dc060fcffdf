import {
  type Conv2dOptions,
  cast,
  conv2d,
  conv2dProblem,
  convReluMaxPool2d,
  type MaxPool2dOptions,
  type Tensor,
  Variable,
} from "@kindling/autograd";
import type { Aval } from "@kindling/gpu";
import { type Mode, Module } from "../module.ts";
import type { BatchNorm2d } from "./batchNorm2d.ts";
import { type Initialiser, pytorchDefault } from "./initialiser.ts";

/** How a convolution layer differs from one with stride 1, without padding, with bias. */
export interface Conv2dLayerOptions {
  /** Default 1. */
  readonly stride?: number;
  /** Default 0. */
  readonly padding?: number;
  /** Default 1. */
  readonly dilation?: number;
  /** Default 1; `inChannels` makes it depthwise. */
  readonly groups?: number;
  /** Default "none". */
  readonly activation?: "none" | "relu";
  /** Default true; false where a batch norm follows. */
  readonly bias?: boolean;
  /** x has four channels in memory, of which files know the first three; the weights of the fourth are zero. Default false. */
  readonly image?: boolean;
  /** First values; default PyTorch's. */
  readonly initialWeight?: Initialiser;
  readonly initialBias?: Initialiser;
}

/** The batch norm that a convolution of a frozen network does in the same pass (see foldBatchNorm). */
export interface FoldedNorm {
  readonly norm: BatchNorm2d;
  /** [outChannels]; no part of the state dict. */
  readonly bias: Variable;
}

/**
 * Convolution with a square kernel; weight [kernel,kernel,inChannels/groups,outChannels], OIHW in files, and bias [outChannels]. The weight is read as
 * x is stored: for an x of f16 an f32 one is cast, and its gradient stays f32.
 */
export class Conv2d extends Module {
  readonly weight: Variable;
  readonly bias: Variable | null;
  readonly #attributes: Required<Conv2dOptions>;
  #folded: FoldedNorm | null = null;

  constructor(inChannels: number, outChannels: number, kernel: number, options: Conv2dLayerOptions = {}) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, activation = "none" } = options;
    const { initialWeight = pytorchDefault, initialBias = pytorchDefault } = options;
    this.#attributes = { stride, padding, dilation, groups, activation };
    const groupChannels = inChannels / groups;
    const inMemory = options.image ? 4 : groupChannels;
    const fanIn = groupChannels * kernel * kernel;
    this.weight = new Variable({
      shape: [kernel, kernel, inMemory, outChannels],
      role: "parameter",
      layout: { kind: "convolution", inChannels: groupChannels },
      init: (random) =>
        Float32Array.from({ length: kernel * kernel * inMemory * outChannels }, (_, at) =>
          Math.floor(at / outChannels) % inMemory < groupChannels ? initialWeight(fanIn, random) : 0,
        ),
    });
    this.bias =
      options.bias === false
        ? null
        : new Variable({
            shape: [outChannels],
            role: "parameter",
            init: (random) => Float32Array.from({ length: outChannels }, () => initialBias(fanIn, random)),
          });
  }

  /** Whether each channel has a filter of its own. */
  get isDepthwise(): boolean {
    const { groups } = this.#attributes;
    return groups > 1 && this.weight.layout.kind === "convolution" && this.weight.layout.inChannels === 1;
  }

  /** What was folded into it; null in a network that can be trained. */
  get folded(): FoldedNorm | null {
    return this.#folded;
  }

  /** Takes over a batch norm and what follows it, once, before a store has the variables. @throws Error for a convolution with an activation. */
  fold(norm: BatchNorm2d): FoldedNorm {
    if (this.#attributes.activation !== "none") throw new Error(`${this.path} has an activation between it and ${norm.path}`);
    const bias = new Variable({ shape: this.weight.shape.slice(-1), role: "parameter", init: () => new Float32Array(norm.bias.shape[0]!) });
    bias.rename(`${this.path}.folded_bias`);
    this.#folded = { norm, bias };
    return this.#folded;
  }

  /** As every module's; but a folded convolution puts out what its batch norm does, and has no output of its own to name. */
  override call(x: Tensor, mode: Mode): Tensor {
    return this.#folded ? x.graph.within(this.path, () => this.forward(x)) : super.call(x, mode);
  }

  /** [n,h,w,inChannels] (images: [n,h,w,4]) → [n,ho,wo,outChannels], ho = ⌊(h + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. */
  forward(x: Tensor): Tensor {
    const bias = this.#folded?.bias ?? this.bias;
    const activation = this.#folded?.norm.activation ?? this.#attributes.activation;
    return conv2d(x, this.#weightFor(x), bias && x.graph.use(bias), { ...this.#attributes, activation });
  }

  /**
   * What max pooling makes of {@link forward}, in one op: [n,h,w,inChannels] → [n,ho,wo,outChannels]. The layer's own output is not in memory, so it
   * has no name. @throws Error for a layer without bias or ReLU, or with groups or dilation.
   */
  callPooled(x: Tensor, pooling: MaxPool2dOptions): Tensor {
    const { stride, padding, dilation, groups, activation } = this.#attributes;
    if (activation !== "relu" || dilation > 1 || groups > 1)
      throw new Error(`${this.path} must have a ReLU, one group and no dilation to be pooled`);
    return x.graph.within(this.path, () => convReluMaxPool2d(x, ...this.tensors(x), { stride, padding, pooling }));
  }

  /** Pixels that the layer puts out for x, whole batch. */
  outPixels(x: Aval): number {
    const { batch, outHeight, outWidth } = conv2dProblem(x, this.weight.shape, this.#attributes);
    return batch * outHeight * outWidth;
  }

  /** Weight and bias for x, for an op that fuses several layers. @throws Error for a layer without bias. */
  tensors(x: Tensor): readonly [weight: Tensor, bias: Tensor] {
    if (!this.bias) throw new Error(`${this.path} has no bias`);
    return [this.#weightFor(x), x.graph.use(this.bias)];
  }

  #weightFor(x: Tensor): Tensor {
    return cast(x.graph.use(this.weight), x.dtype === "f16" ? "f16" : "f32");
  }
}
