import { sizeOf } from "@kindling/gpu";
import { fileShapesOf } from "../fileLayout.ts";
import type { AnyModule } from "../module.ts";
import type { StateDict } from "../stateDict/stateDict.ts";
import { randomSource } from "./randomSource.ts";

/** Numbers as after training: statistics and scales of their own for every channel, activations that neither vanish nor grow. */
export function trainedLike(model: AnyModule, seed = 11): StateDict {
  const random = randomSource(seed);
  return new Map(
    [...fileShapesOf(model)].map(([name, shape]) => {
      const fanIn = sizeOf(shape.slice(1));
      const scale = shape.length > 1 ? Math.sqrt(6 / fanIn) : 0.5;
      const positive = name.endsWith("running_var") || (shape.length === 1 && name.endsWith("weight"));
      const draw = () => (positive ? 0.5 + random() : scale * (2 * random() - 1));
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) }];
    }),
  );
}
