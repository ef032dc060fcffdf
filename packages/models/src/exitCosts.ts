import { Graph } from "@kindling/autograd";
import type { HeightWidth } from "./modelCard.ts";
import { modelCosts } from "./modelCosts.ts";
import { outputsOf, type PoseModel } from "./poseModel.ts";

/** What leaving a network at one of its exits costs: all that runs until there, the exits before it too. */
export interface ExitCosts {
  /** The output's name in the card: "heatmaps.1". */
  readonly name: string;
  /** Of the layers that run until there. */
  readonly parameters: number;
  /** For one image. */
  readonly macs: number;
}

/**
 * The exits of a network whose every output is heatmaps to predict with, in the order in which they are reached: `heatmaps.1` … of the multi-output HRNet and of its branches;
 * of most networks one, the whole network. None for networks with other outputs.
 * @throws ShapeError or RangeError when the network takes no input of [height, width].
 */
export function exitCosts(model: PoseModel, [height, width]: HeightWidth): readonly ExitCosts[] {
  const outputs = model.card.outputs([height, width]);
  if (model.card.codec.kind !== "heatmaps") return [];
  const whole = modelCosts(model, [height, width], 1);
  if (outputs.length === 1) return [{ name: outputs[0]!.name, parameters: whole.parameters, macs: whole.macs }];
  const heads = outputsOf(model, new Graph().input("image", [1, height, width, 4], "f32"), "eval");
  return outputs.map(({ name }, i) => {
    const { source } = heads[i]!;
    const path = source.kind === "node" ? source.node.path : "";
    const at = whole.layers.findIndex((layer) => layer.name === path);
    // Behind the last exit nothing runs; an ensemble's is made by many layers together.
    const until = i === outputs.length - 1 ? whole.layers : whole.layers.slice(0, at + 1);
    return {
      name,
      parameters: until.reduce((sum, layer) => sum + layer.parameters, 0),
      macs: until.reduce((sum, layer) => sum + layer.macs, 0),
    };
  });
}
