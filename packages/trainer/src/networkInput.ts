import { Graph } from "@kindling/autograd";
import { ShapeError } from "@kindling/gpu";
import type { PoseModel } from "@kindling/models";
import { NetworkError } from "./networkError.ts";

/** Records the network once, without a device. @throws NetworkError when it takes no image of [height, width] pixels. */
export function assertInputFits(model: PoseModel, [height, width]: readonly [number, number]): void {
  const graph = new Graph();
  try {
    model.call(graph.input("x", [1, height, width, 4], "f32"), "eval");
  } catch (cause) {
    if (!(cause instanceof ShapeError || cause instanceof RangeError)) throw cause;
    throw new NetworkError(`${model.card.name} takes no input of ${height}x${width} pixels (${cause.message}); use a larger one`, {
      cause,
    });
  }
}
