import { ModelError } from "../modelError.ts";
import type { ModelFamily } from "../modelFamily.ts";
import { HRNet } from "./hrnet.ts";

/** `hrnet-wN` with N channels on the first branch. */
export const hrnetFamily: ModelFamily = {
  names: [32, 48, 8, 16, 18, 24, 40, 64].map((channels) => `hrnet-w${channels}`),
  options: [],
  create(name, { joints, width = 1 }) {
    const channels = /^hrnet-w([1-9]\d{0,3})$/.exec(name)?.[1];
    if (channels === undefined) return null;
    if (width !== 1) throw new ModelError(`${name}: this network has its width in its name; choose hrnet-wN instead of width ${width}`);
    return new HRNet({ joints, width: Number(channels) });
  },
};
