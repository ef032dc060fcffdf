import type { SubgroupSize } from "../wgsl/subgroupTile.wgsl.ts";
import { pixelLanes } from "./pixelLanes.wgsl.ts";

/** A convolution by {@link pixelLanes}; of the weights for four input channels a lane loads vec4s over output channels. */
export function subgroup(lanes: SubgroupSize, tileChannels: number, padded: boolean, bias: boolean, activation: "none" | "relu"): string {
  return pixelLanes({
    lanes,
    tileChannels,
    padded,
    source: "x",
    phases: 1,
    firstTap: ["0u", "0u"],
    height: "u.outHeight",
    width: "u.outWidth",
    channels: "u.outChannels",
    sourceHeight: "u.height",
    sourceWidth: "u.width",
    sourceChannels: "u.inChannels",
    sourceOffset: "0u",
    terms: "u.inChannels",
    bias,
    relu: activation === "relu",
    tap: (t) => `
      let tapRow${t} = row${t} * u.stride + kh * u.dilation - u.padding;
      let tapColumn${t} = column${t} * u.stride + kw * u.dilation - u.padding;`,
    weightAt: (channel) => `(lane % 4u * u.outChannels + min(${channel} + lane / 4u * 4u, lastChannel)) / 4u`,
    weightStep: "u.outChannels",
    factor: (c, r) => ({ lane: c - (c % 4) + r, component: c % 4 }),
    store: (channel, value) => `y[(pixel * u.yChannels + u.yOffset + ${channel}) / 4u] = YElement(${value});`,
  });
}
