import type { ConfigReader } from "./configReader.ts";
import { RecipeError } from "./recipeError.ts";

/**
 * The learning rate of HRNet's code (multistep) and of its fork's LR_TYPE: multistep, const, or custom, which is exp(−LR_FACTOR · (1 + ⌊(e − DECAY_START) /
 * DECAY_STEP⌋)) after the epoch DECAY_START.
 */
export function hrnetSchedule(options: ConfigReader): Readonly<Record<string, unknown>> {
  const epochs = options.number("TRAIN.END_EPOCH", 140);
  const kind = options.text("TRAIN.LR_TYPE", "multistep");
  const factor = options.number("TRAIN.LR_FACTOR", 0.1);
  const milestones = options.numbers("TRAIN.LR_STEP", [90, 110]);
  const [start, step] = [options.number("TRAIN.DECAY_START", 0), options.number("TRAIN.DECAY_STEP", 1)];
  switch (kind) {
    case "multistep":
      return { kind: "multistep", milestones, gamma: factor, epochs };
    case "const":
      return { kind: "constant", epochs };
    case "custom": {
      const at = (epoch: number): number => (epoch <= start ? 1 : Math.exp(-factor * (1 + Math.floor((epoch - start) / step))));
      const points = Array.from({ length: epochs }, (_, from) => ({ from, factor: at(from) }));
      return { kind: "piecewise", points: points.filter(({ factor: value }, i) => i === 0 || value !== points[i - 1]!.factor), epochs };
    }
    default:
      throw new RecipeError(`TRAIN.LR_TYPE: expected multistep, custom or const; got ${kind}`);
  }
}
