import { pixelLanes } from "../conv2d/pixelLanes.wgsl.ts";
import type { SubgroupSize } from "../wgsl/subgroupTile.wgsl.ts";

/** The gradient for stride 1 by {@link pixelLanes}; of the weights for four output channels a lane loads the vec4 of one input channel. */
export function subgroup(lanes: SubgroupSize, tileChannels: number, padded: boolean, bias: boolean, accumulate: boolean): string {
  return pixelLanes({
    lanes,
    tileChannels,
    padded,
    source: "dy",
    height: "u.height",
    width: "u.width",
    channels: "u.inChannels",
    sourceHeight: "u.outHeight",
    sourceWidth: "u.outWidth",
    sourceChannels: "u.yChannels",
    sourceOffset: "u.yOffset",
    terms: "u.outChannels",
    bias,
    relu: false,
    tap: (t) => `
      let tapRow${t} = row${t} + u.padding - kh * u.dilation;
      let tapColumn${t} = column${t} + u.padding - kw * u.dilation;`,
    weightAt: (channel) => `min(${channel} + lane, lastChannel) * (u.outChannels / 4u)`,
    weightStep: "1u",
    factor: (c, r) => ({ lane: c, component: r }),
    store: (channel, value) => {
      const at = `dx[(pixel * u.inChannels + ${channel}) / 4u]`;
      return `${at} = DxElement(${accumulate ? `vec4f(${at}) + ${value}` : value});`;
    },
  });
}
