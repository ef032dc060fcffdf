import { recordedOps } from "./golden/recordedOps.ts";

/** Our op for PyTorch's name of each op that has reference values: max_pool2d is maxPool2d, interpolate is resizeBilinear. */
export const torchOpNames: ReadonlyMap<string, string> = new Map(Object.entries(recordedOps).map(([torch, { ours }]) => [torch, ours]));
