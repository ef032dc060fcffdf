import { Graph, type Tensor, Variable } from "@kindling/autograd";
import { type AnyModule, type HeightWidth, Module, type PoseModel } from "@kindling/models";
import { recordImages } from "../images.ts";

/**
 * Paths of what the stages of a network put out, images [n,h,w,c] in the order in which they are computed: HRNet's stages (of several branches the
 * first), SqueezeNet's Fire modules, RTMPose's stages. A stage is a module of modules directly below the network, or below those where there
 * are fewer than three.
 */
export function stageTaps(model: PoseModel, input: HeightWidth): readonly string[] {
  const graph = new Graph();
  model.call(recordImages(graph, 1, input, model.card), "eval");
  const stages = innerModules(model);
  const taps = tapsOf(stages, graph);
  return taps.length >= 3 ? taps : tapsOf([...stages.flatMap(innerModules), ...stages], graph);
}

/** Modules directly below one, which have modules below them; of those in a list the last, and not what leads from one stage of HRNet to the next. */
function innerModules(module: AnyModule): readonly AnyModule[] {
  const byField = new Map<string, AnyModule>();
  for (const [name, part] of module.parts()) {
    const isStage = part instanceof Module && part.parts().some(([, inner]) => !(inner instanceof Variable));
    if (isStage && !name.startsWith("transition")) byField.set(/^(\D[^.]*)\./.exec(name)?.[1] ?? name, part);
  }
  return [...byField.values()];
}

function tapsOf(modules: readonly AnyModule[], graph: Graph): readonly string[] {
  const known = new Set(graph.paths);
  const byTensor = new Map<Tensor, string>();
  for (const { path } of modules) {
    const tap = [`${path}.out`, `${path}.out.0`].find((name) => known.has(name));
    const tensor = tap === undefined ? undefined : graph.find(tap);
    // A stage that hands on what the one before it made is not another.
    if (tap !== undefined && tensor?.shape.length === 4 && !byTensor.has(tensor)) byTensor.set(tensor, tap);
  }
  return [...byTensor].sort(([a], [b]) => a.id - b.id).map(([, tap]) => tap);
}
