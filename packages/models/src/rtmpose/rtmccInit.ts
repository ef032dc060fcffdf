import { normal } from "../layers/initialiser.ts";

/** How RTMPose's head starts its linear layers: N(0, 0.01), mmpose's `init_cfg` of RTMCCHead. */
export const rtmccInit: { readonly initialWeight: ReturnType<typeof normal> } = { initialWeight: normal(0.01) };
