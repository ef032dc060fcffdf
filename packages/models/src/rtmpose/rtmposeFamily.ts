import type { HeightWidth } from "../modelCard.ts";
import type { ModelFamily } from "../modelFamily.ts";
import type { CSPNeXtSizes } from "./cspNeXt.ts";
import { RTMPose } from "./rtmpose.ts";

/** Sizes of each, and the input that it was published with (m and l with 384 × 288 too). */
const sizes: Readonly<Record<string, CSPNeXtSizes & { readonly input: HeightWidth }>> = {
  "rtmpose-t": { deepen: 0.167, widen: 0.375, input: [256, 192] },
  "rtmpose-s": { deepen: 0.33, widen: 0.5, input: [256, 192] },
  "rtmpose-m": { deepen: 0.67, widen: 0.75, input: [256, 192] },
  "rtmpose-l": { deepen: 1, widen: 1, input: [256, 192] },
  "rtmpose-x": { deepen: 1.33, widen: 1.25, input: [384, 288] },
};

/** `rtmpose-t` … `rtmpose-x`. */
export const rtmposeFamily: ModelFamily = {
  names: Object.keys(sizes),
  joints: 17,
  options: [],
  create(name, { joints, input }) {
    const published = Object.hasOwn(sizes, name) ? sizes[name] : undefined;
    return published ? new RTMPose({ ...published, name, joints, input: input ?? published.input }) : null;
  },
};
