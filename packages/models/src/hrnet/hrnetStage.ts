import type { Tensor } from "@kindling/autograd";
import { Sequential } from "../layers/sequential.ts";
import type { Mode } from "../module.ts";
import { HighResolutionModule } from "./highResolutionModule.ts";
import { convNorm, hrnetConv } from "./hrnetConv.ts";

/** Channels of the first `count` branches of an HRNet: `width`, and twice those before. */
export function branchChannels(width: number, count: number): readonly number[] {
  return [width, 2 * width, 4 * width, 8 * width].slice(0, count);
}

/** Modules of a stage; the last one fuses only the first `outputs` branches. */
export function stage(channels: readonly number[], modules: number, outputs: number): readonly HighResolutionModule[] {
  return Array.from({ length: modules }, (_, i) => new HighResolutionModule(channels, i === modules - 1 ? outputs : channels.length));
}

/** A 3×3 convolution for a branch whose channels change, null for one that goes on, and one with stride 2 (nested once more) for the new branch. */
export function transition(from: readonly number[], to: readonly number[]): readonly (Sequential | null)[] {
  return to.map((outChannels, i) => {
    const inChannels = from[i];
    if (inChannels === outChannels) return null;
    if (inChannels !== undefined) return convNorm(hrnetConv(inChannels, outChannels, 3), outChannels, "relu");
    const halve = hrnetConv(from[from.length - 1]!, outChannels, 3, { stride: 2 });
    return new Sequential([convNorm(halve, outChannels, "relu")]);
  });
}

/** Branches → those that enter a stage; the new one comes from the last, smallest one. */
export function runTransition(layers: readonly (Sequential | null)[], branches: readonly Tensor[], mode: Mode): readonly Tensor[] {
  return layers.map((layer, i) => {
    const x = branches[i] ?? branches[branches.length - 1]!;
    return layer?.call(x, mode) ?? x;
  });
}

/** Branches → those that the last module fuses. */
export function runStage(modules: readonly HighResolutionModule[], branches: readonly Tensor[], mode: Mode): readonly Tensor[] {
  return modules.reduce((x, module) => module.call(x, mode), branches);
}
