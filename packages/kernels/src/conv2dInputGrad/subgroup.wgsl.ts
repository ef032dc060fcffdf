import { pixelLanes } from "../conv2d/pixelLanes.wgsl.ts";
import type { SubgroupSize } from "../wgsl/subgroupTile.wgsl.ts";

/** What the source of {@link subgroup} depends on besides its tile. */
export interface SubgroupInputGrad {
  readonly stride: 1 | 2;
  /** Whether some tap of some input belongs to no output. */
  readonly padded: boolean;
  readonly bias: boolean;
  readonly accumulate: boolean;
  readonly masked: boolean;
}

/**
 * The gradient for strides 1 and 2 by {@link pixelLanes}; of the weights for four output channels a lane loads the vec4 of one input channel. With stride
 * 2 an input meets every second tap, which ones depends on its row and column being even: each such part is computed by itself, so that no tap is
 * multiplied in vain.
 */
export function subgroup(lanes: SubgroupSize, tileChannels: number, options: SubgroupInputGrad): string {
  const { stride, padded, bias, accumulate, masked } = options;
  const halves = stride === 2;
  /** Size of a part along an axis, and the output under a tap. */
  const size = (whole: string, phase: string) => (halves ? `((${whole} + 1u - ${phase}) / 2u)` : whole);
  const output = (at: string, phase: string, tap: string) =>
    halves ? `(2u * ${at} + ${phase} + u.padding - ${tap}) >> 1u` : `${at} + u.padding - ${tap} * u.dilation`;
  const [height, width] = [size("u.height", "phaseRow"), size("u.width", "phaseColumn")];
  const row = `(pixel / (${height} * ${width}) * u.height + 2u * (pixel / ${width} % ${height}) + phaseRow)`;
  const pixel = halves ? `(${row} * u.width + 2u * (pixel % ${width}) + phaseColumn)` : "pixel";
  return pixelLanes({
    lanes,
    tileChannels,
    padded,
    source: "dy",
    phases: stride,
    firstTap: halves ? ["(phaseRow + u.padding) % 2u", "(phaseColumn + u.padding) % 2u"] : ["0u", "0u"],
    height,
    width,
    channels: "u.inChannels",
    sourceHeight: "u.outHeight",
    sourceWidth: "u.outWidth",
    sourceChannels: "u.yChannels",
    sourceOffset: "u.yOffset",
    terms: "u.outChannels",
    bias,
    relu: false,
    tap: (t) => `
      let tapRow${t} = ${output(`row${t}`, "phaseRow", "kh")};
      let tapColumn${t} = ${output(`column${t}`, "phaseColumn", "kw")};`,
    weightAt: (channel) => `min(${channel} + lane, lastChannel) * (u.outChannels / 4u)`,
    weightStep: "1u",
    factor: (c, r) => ({ lane: c, component: r }),
    store: (channel, value) => {
      const at = `[(${pixel} * u.inChannels + ${channel}) / 4u]`;
      const sum = accumulate ? `vec4f(dx${at}) + ${value}` : value;
      return `dx${at} = DxElement(${masked ? `select(${sum}, vec4f(0.0), vec4f(mask${at}) <= vec4f(0.0))` : sum});`;
    },
  });
}
