import { type ParameterGroup, Variable } from "@kindling/autograd";
import { type AnyModule, BatchNorm2d, Conv2d, ConvTranspose2d, Linear, modulesOf } from "@kindling/models";
import { isWithin } from "../partPath.ts";
import { RecipeError } from "../recipe/recipeError.ts";
import type { OptimizerRecipe } from "../recipe.ts";

/**
 * What a parameter is: of a convolution, of one with a filter a channel (depthwise), of a linear layer, or of a batch norm, as mmengine's
 * `norm_decay_mult` has it (ScaleNorm's factor is none); a bias, of whatever layer.
 */
export const parameterKinds = ["convolution", "depthwise", "linear", "norm", "bias"] as const;

/** One of {@link parameterKinds}. */
export type ParameterKind = (typeof parameterKinds)[number];

/** Parameters with factors of their own: those in a part of a network, of some kinds, or both. */
export interface ParameterGroupRecipe {
  /** The part by its path, `student.backbone`, with `*` for any one name. Absent: everywhere. */
  readonly match?: string;
  /** Any of these. Absent: every kind. */
  readonly of?: readonly ParameterKind[];
  /** Multiplies the learning rate. */
  readonly learningRateFactor: number;
  /** Multiplies the weight decay. */
  readonly weightDecayFactor: number;
}

/**
 * The group of each parameter of the networks: factors of all that it belongs to multiply, and `noDecay` is a factor 0, so that the order of
 * groups says nothing.
 * @throws RecipeError when a group selects none of `trained`.
 */
export function parameterGroups(
  { groups = [], noDecay = [] }: Pick<OptimizerRecipe, "groups" | "noDecay">,
  networks: readonly AnyModule[],
  trained: ReadonlySet<Variable>,
): (variable: Variable) => ParameterGroup {
  const kinds = new Map(networks.flatMap((network) => [...kindsOf(network)]));
  const selects = ({ match, of }: ParameterGroupRecipe, variable: Variable): boolean =>
    (match === undefined || isWithin(match, variable.name)) && (of === undefined || of.some((kind) => kinds.get(variable)?.has(kind)));
  for (const [i, group] of groups.entries()) {
    if ([...trained].some((variable) => selects(group, variable))) continue;
    const [kindsText, place] = [group.of?.join(" or ") ?? "trained", group.match === undefined ? "" : ` in ${group.match}`];
    throw new RecipeError(`optimizer.groups[${i}]: there is no ${kindsText} parameter${place} to train`);
  }
  const all = noDecay.length > 0 ? [...groups, { of: noDecay, learningRateFactor: 1, weightDecayFactor: 0 }] : groups;
  return (variable) => {
    const mine = all.filter((group) => selects(group, variable));
    return {
      learningRateFactor: mine.reduce((product, group) => product * group.learningRateFactor, 1),
      weightDecayFactor: mine.reduce((product, group) => product * group.weightDecayFactor, 1),
    };
  };
}

function* kindsOf(network: AnyModule): Generator<readonly [Variable, ReadonlySet<ParameterKind>]> {
  for (const module of modulesOf(network)) {
    const kind = kindOf(module);
    for (const [name, part] of module.parts()) {
      if (!(part instanceof Variable)) continue;
      const kinds: readonly (ParameterKind | undefined)[] = [kind, name === "bias" ? "bias" : undefined];
      yield [part, new Set(kinds.filter((each) => each !== undefined))];
    }
  }
}

function kindOf(module: AnyModule): ParameterKind | undefined {
  if (module instanceof BatchNorm2d) return "norm";
  if (module instanceof Conv2d) return module.isDepthwise ? "depthwise" : "convolution";
  if (module instanceof ConvTranspose2d) return "convolution";
  return module instanceof Linear ? "linear" : undefined;
}
