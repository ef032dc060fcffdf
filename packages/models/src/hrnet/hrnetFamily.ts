import { ModelError } from "../modelError.ts";
import type { ModelFamily } from "../modelFamily.ts";
import { BranchedHRNet } from "./branchedHRNet.ts";
import { HRNet } from "./hrnet.ts";
import { MultiOutputHRNet } from "./multiOutputHRNet.ts";

/** `hrnet-wN` with N channels on the first branch, `multi-hrnet-wN` with an exit after each stage, and `okdhp-hrnet-wN` with several last stages. */
export const hrnetFamily: ModelFamily = {
  names: [
    ...[32, 48, 8, 16, 18, 24, 40, 64].map((channels) => `hrnet-w${channels}`),
    "multi-hrnet-w32",
    "multi-hrnet-w48",
    "multi-hrnet-w8",
    "okdhp-hrnet-w32",
    "okdhp-hrnet-w8",
  ],
  joints: 17,
  options: ["stages", "branches"],
  create(name, { joints, width = 1, stages, branches }) {
    const [, kind, digits] = /^(multi-|okdhp-)?hrnet-w([1-9]\d{0,3})$/.exec(name) ?? [];
    if (digits === undefined) return null;
    const plain = name.slice(kind?.length ?? 0);
    if (width !== 1)
      throw new ModelError(`${name}: this network has its width in its name; choose another N instead of width ${width}`, "width");
    if (kind !== "multi-" && stages !== undefined) throw new ModelError(`${name} has no stages to choose; multi-${plain} has`, "stages");
    if (kind !== "okdhp-" && branches !== undefined)
      throw new ModelError(`${name} has no branches to choose; okdhp-${plain} has`, "branches");
    if (stages !== undefined && ![1, 2, 3, 4].includes(stages))
      throw new ModelError(`${name}: stages must be 1, 2, 3 or 4, not ${stages}`, "stages");
    if (branches !== undefined && !(Number.isSafeInteger(branches) && branches >= 2 && branches <= 8))
      throw new ModelError(`${name}: branches must be a whole number from 2 to 8, not ${branches}`, "branches");
    const options = { joints, width: Number(digits) };
    if (kind === "okdhp-") return new BranchedHRNet({ ...options, branches: branches ?? 3 });
    return kind === undefined ? new HRNet(options) : new MultiOutputHRNet({ ...options, stages: stages ?? 4 });
  },
};
