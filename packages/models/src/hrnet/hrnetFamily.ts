import { ModelError } from "../modelError.ts";
import type { ModelFamily } from "../modelFamily.ts";
import { HRNet } from "./hrnet.ts";
import { MultiOutputHRNet } from "./multiOutputHRNet.ts";

/** `hrnet-wN` with N channels on the first branch, and `multi-hrnet-wN` with an exit after each stage. */
export const hrnetFamily: ModelFamily = {
  names: [
    ...[32, 48, 8, 16, 18, 24, 40, 64].map((channels) => `hrnet-w${channels}`),
    "multi-hrnet-w32",
    "multi-hrnet-w48",
    "multi-hrnet-w8",
  ],
  joints: 17,
  options: ["stages"],
  create(name, { joints, width = 1, stages }) {
    const [, multi, digits] = /^(multi-)?hrnet-w([1-9]\d{0,3})$/.exec(name) ?? [];
    if (digits === undefined) return null;
    if (width !== 1)
      throw new ModelError(`${name}: this network has its width in its name; choose another N instead of width ${width}`, "width");
    if (multi === undefined && stages !== undefined) throw new ModelError(`${name} has no stages to choose; multi-${name} has`, "stages");
    if (stages !== undefined && ![1, 2, 3, 4].includes(stages))
      throw new ModelError(`${name}: stages must be 1, 2, 3 or 4, not ${stages}`, "stages");
    const options = { joints, width: Number(digits) };
    return multi === undefined ? new HRNet(options) : new MultiOutputHRNet({ ...options, stages: stages ?? 4 });
  },
};
