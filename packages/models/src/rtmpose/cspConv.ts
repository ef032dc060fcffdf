import { silu } from "@kindling/autograd";
import type { Conv2dLayerOptions } from "../layers/conv2d.ts";
import { ConvModule } from "../layers/convModule.ts";

/** The convolution of CSPNeXt, batch norm and SiLU behind it: padded to keep the size at stride 1. */
export function cspConv(
  inChannels: number,
  outChannels: number,
  kernel: 1 | 3 | 5,
  options: Pick<Conv2dLayerOptions, "stride" | "groups" | "image"> = {},
): ConvModule {
  return new ConvModule(inChannels, outChannels, kernel, { padding: (kernel - 1) / 2, activation: silu, ...options });
}
