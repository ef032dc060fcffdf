import { isHead } from "@kindling/models";
import { heatmapEncodings } from "@kindling/pose";
import type { NetworkFileOptions } from "@kindling/trainer";
import type { Size, Values } from "./keyValue.ts";

/** Options of every command that takes trained weights: they say what a weights file leaves open. */
export const networkKeys = {
  model: { kind: "text", help: "the network, squeezenet-hpe or hrnet-w32 for example; files of ours and run folders say it themselves" },
  joints: { kind: "integer", min: 1, help: "heatmaps of the network (default: what the file says, else 17)" },
  width: { kind: "number", min: 0, help: "factor on the network's channels (default: what the file says, else 1)" },
  refinements: { kind: "integer", min: 0, help: "openpose-lite: stages that refine the first maps (default: what the file says, else 1)" },
  stages: { kind: "integer", min: 1, help: "multi-hrnet: stages that are run, each with an exit (default: what the file says, else 4)" },
  branches: { kind: "integer", min: 2, help: "okdhp-hrnet: last stages with an ensemble (default: what the file says, else 3)" },
  head: {
    kind: "choice",
    choices: ["afterUpsampling", "beforeUpsampling", "deconvolution"],
    help: "squeezenet-hpe: where the heatmaps are made (default: what the file says, else afterUpsampling)",
  },
  encoding: {
    kind: "choice",
    choices: ["unbiased", "msra", "udp"],
    help: "how key points lie in its heatmaps, and how crops are cut for it: udp of networks trained so (default: what the file says, else unbiased)",
  },
  input: { kind: "size", help: "crops fed to the network, in pixels; files of ours and run folders say it themselves" },
} as const;

/** The values of {@link networkKeys} as the trainer takes them. */
export function networkOptions(values: Partial<Values<typeof networkKeys>>): NetworkFileOptions {
  const { model, joints, width, refinements, stages, branches, head, input } = values;
  const encoding = heatmapEncodings.find((known) => known === values.encoding);
  return {
    ...(model === undefined ? {} : { model }),
    ...(joints === undefined ? {} : { joints }),
    ...(width === undefined ? {} : { width }),
    ...(refinements === undefined ? {} : { refinements }),
    ...(stages === undefined ? {} : { stages }),
    ...(branches === undefined ? {} : { branches }),
    ...(isHead(head) ? { head } : {}),
    ...(encoding === undefined ? {} : { encoding }),
    ...(input === undefined ? {} : { input: pairOf(input) }),
  };
}

/** [height, width] */
export function pairOf({ height, width }: Size): readonly [number, number] {
  return [height, width];
}

/** The reverse of {@link pairOf}. */
export function sizeOfPair([height, width]: readonly [number, number]): Size {
  return { height, width };
}
