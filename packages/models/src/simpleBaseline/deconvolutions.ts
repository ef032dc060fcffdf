import type { Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { ConvTranspose2d } from "../layers/convTranspose2d.ts";
import { normal } from "../layers/initialiser.ts";
import { type Mode, Module, type Part } from "../module.ts";

/** Channels between the deconvolutions of a simple baseline. */
export const deconvolutionChannels = 256;

/**
 * Deconvolutions of 4×4 with stride 2 and 256 channels, each with batch norm and ReLU, which double the image each (Xiao, Wu, Wei 2018, "Simple
 * Baselines for Human Pose Estimation", §2). Parts are named as in PyTorch's Sequential, the ReLUs counted: 0, 1, 3, 4, 6, 7.
 */
export class Deconvolutions extends Module {
  readonly #steps: readonly (readonly [ConvTranspose2d, BatchNorm2d])[];

  constructor(inChannels: number, count: number) {
    super();
    this.#steps = Array.from({ length: count }, (_, i) => [
      new ConvTranspose2d(i === 0 ? inChannels : deconvolutionChannels, deconvolutionChannels, 4, {
        stride: 2,
        padding: 1,
        initialWeight: normal(0.001),
      }),
      new BatchNorm2d(deconvolutionChannels, "relu"),
    ]);
  }

  /** [n,h,w,inChannels] → [n,2^count·h,2^count·w,256] */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.#steps.reduce((y, [deconvolution, norm]) => norm.call(deconvolution.call(y, mode), mode), x);
  }

  override parts(): readonly Part[] {
    return this.#steps.flatMap(([deconvolution, norm], i): readonly Part[] => [
      [String(3 * i), deconvolution],
      [String(3 * i + 1), norm],
    ]);
  }
}
