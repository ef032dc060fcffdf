import { cast, convTranspose2d, type Tensor, Variable } from "@kindling/autograd";
import { Module } from "../module.ts";
import type { Initialiser } from "./initialiser.ts";

/** How a transposed convolution spreads its image. */
export interface ConvTranspose2dLayerOptions {
  readonly stride: number;
  readonly padding: number;
  /** First values. */
  readonly initialWeight: Initialiser;
}

/** Transposed convolution with a square kernel, without bias; weight [kernel,kernel,outChannels,inChannels], PyTorch's [in,out,kernel,kernel] in files. */
export class ConvTranspose2d extends Module {
  readonly weight: Variable;
  readonly #attributes: { readonly stride: number; readonly padding: number };

  constructor(inChannels: number, outChannels: number, kernel: number, { stride, padding, initialWeight }: ConvTranspose2dLayerOptions) {
    super();
    this.#attributes = { stride, padding };
    this.weight = new Variable({
      shape: [kernel, kernel, outChannels, inChannels],
      role: "parameter",
      // The weight of the convolution that is transposed, which reads outChannels.
      layout: { kind: "convolution", inChannels: outChannels },
      init: (random) =>
        Float32Array.from({ length: kernel * kernel * outChannels * inChannels }, () =>
          initialWeight(outChannels * kernel * kernel, random),
        ),
    });
  }

  /** [n,h,w,inChannels] → [n,ho,wo,outChannels], ho = (h − 1)·stride − 2·padding + kernel. */
  forward(x: Tensor): Tensor {
    const weight = cast(x.graph.use(this.weight), x.dtype === "f16" ? "f16" : "f32");
    return convTranspose2d(x, weight, null, this.#attributes);
  }
}
