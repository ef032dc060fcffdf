import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Losses of `maps` maps of each of `batch` samples, of which the `topk` largest of a sample count, each by `scale`. */
export type HardestMapsProblem = {
  readonly batch: number;
  readonly maps: number;
  readonly topk: number;
  readonly scale: number;
};

const uniforms = { batch: "u32", maps: "u32", topk: "u32", scale: "f32" } as const;

/**
 * Hard keypoint mining (Chen et al. 2018, "Cascaded Pyramid Network for Multi-Person Pose Estimation", §3.3): loss ≥ 0 and weight
 * [batch, maps] → hardest, hardestWeight [batch, maps], which are scale · loss and scale · weight for the topk maps of a sample that have the
 * largest loss, and 0 for the others. As in torch.topk a NaN is larger than any number; of equal losses the first are taken.
 */
export const hardestMapsKernel: Kernel<HardestMapsProblem, typeof uniforms> = defineKernel({
  name: "hardestMaps",
  reads: ["loss", "weight"],
  writes: ["hardest", "hardestWeight"],
  uniforms,
  uniformValues: (problem: HardestMapsProblem) => problem,
  variants: [
    {
      id: "rank",
      supports: () => true,
      // A thread counts the maps of its sample that come before its own. Bits of numbers that are not negative are ordered as the numbers.
      source: () => wgsl`
fn keyOf(at: u32) -> u32 { return bitcast<u32>(loss[at]) & 0x7fffffffu; }

${threadIndex(64)}
  if (index >= u.batch * u.maps) { return; }
  let first = index / u.maps * u.maps;
  let key = keyOf(index);
  var rank = 0u;
  for (var other = first; other < first + u.maps; other++) {
    let otherKey = keyOf(other);
    rank += select(0u, 1u, (otherKey > key) | ((otherKey == key) & (other < index)));
  }
  let chosen = rank < u.topk;
  hardest[index] = select(0.0, u.scale * loss[index], chosen);
  hardestWeight[index] = select(0.0, u.scale * weight[index], chosen);
}`,
      workgroups: ({ batch, maps }) => grid(batch * maps, 64),
    },
  ],
  cost: ({ batch, maps }) => ({ flops: batch * maps * maps, bytes: 16 * batch * maps }),
});
