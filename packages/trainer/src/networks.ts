import { ParameterStore, type Variable } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import {
  type Conv2d,
  checkpointActivations,
  foldBatchNorm,
  heatmapSizeOf,
  loadBackbone,
  loadWeights,
  modulesOf,
  type PoseModel,
  type StateDict,
  variablesOf,
} from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { createNetwork } from "./createNetwork.ts";
import { freezeParts } from "./freezeParts.ts";
import { createAdapters } from "./losses/adapters.ts";
import { teacherPaths } from "./losses/lossTerm.ts";
import { createLossScale } from "./optimizers/lossScale.ts";
import { parameterGroups } from "./optimizers/parameterGroups.ts";
import { createAverage } from "./optimizers/weightAverage.ts";
import { isWithin } from "./partPath.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe } from "./recipe.ts";
import { sharedParts } from "./sharedParts.ts";
import { type Teacher, teachersOf } from "./teachers.ts";
import { createWeighting, type WeightingState } from "./weighting/weighting.ts";
import type { WeightsMetadata } from "./weightsMetadata.ts";

/** The contents of a weights file, with the name that errors shall give it. */
export interface NamedWeights {
  readonly source: string;
  readonly tensors: StateDict;
  /** What a file of ours says of itself. */
  readonly said?: WeightsMetadata;
}

/** Files that a recipe names, read. */
export interface RecipeWeights {
  readonly backbone?: NamedWeights;
  readonly student?: NamedWeights;
  /** By the teachers' paths. */
  readonly teachers?: Readonly<Record<string, NamedWeights>>;
}

/** A teacher that runs. */
export interface TeacherNetwork extends Teacher {
  readonly model: PoseModel;
}

/** The networks of a training step over one store: the student and the adapters are trained, teachers are frozen for real. */
export interface Networks extends Disposable {
  readonly student: PoseModel;
  /** What is validated and saved: the student, or of a recipe with `ema` the averages of its weights over the steps. */
  readonly evaluated: PoseModel;
  /** In the recipe's order, but for those that are cached on disk. */
  readonly teachers: readonly TeacherNetwork[];
  /** Variables of teachers that are the student's, which has them frozen (`shares`). */
  readonly shared: ReadonlyMap<Variable, Variable>;
  /** 1×1 convolutions of feature terms, by the term's name; not part of the saved weights. */
  readonly adapters: ReadonlyMap<string, Conv2d>;
  readonly store: ParameterStore;
  /** What the update trains. */
  readonly trained: readonly Variable[];
  /** How activations and their gradients are stored: the recipe's precision where the device has it, else f32. */
  readonly precision: "f32" | "f16";
  /** The loss scale of a recipe for f16, [3]; there in f32 too, so that a run can go on on another device. */
  readonly lossScale: Variable | null;
  /** What the recipe's weighting learns or follows. */
  readonly weighting: WeightingState;
}

/** Streams of the recipe's seed, so that adding a use of one leaves the others as they were. */
const initialWeightsStream = 1;

/**
 * Builds the recipe's networks: initialised from the seed, then overwritten by the weights that are given. Teachers'
 * batch norms are folded. In f16 their convolutions are stored so, once; what is trained stays f32 and is cast in each step.
 * Without weights (null) teachers start from the seed too: for measuring how fast they are.
 * @throws WeightsMismatchError when a file holds another network, TapError when a term names no tensor, RecipeError when the recipe's
 * heatmaps are not of a network's size, tensors to compare differ in channels, a parameter group is empty or nothing is left to train.
 */
export function createNetworks(device: Device, recipe: Recipe, weights: RecipeWeights | null): Networks {
  const precision = device.capabilities.f16 ? recipe.precision : "f32";
  const student = createNetwork(recipe.student, recipe.data.input, "student");
  if (recipe.activationCheckpointing) checkpointActivations(student);
  const running = teachersOf(recipe).filter((teacher) => teacher.recipe.cache === undefined);
  const teachers = running.map((teacher) => ({ ...teacher, model: createNetwork(teacher.recipe, recipe.data.input, teacher.path) }));
  const ofTeachers = teachers.map(({ model }) => model);
  for (const network of [student, ...ofTeachers]) checkHeatmaps(network, recipe);
  const adapters = createAdapters(recipe, student, ofTeachers);
  const modules = [student, ...adapters.values()];
  const weighting = createWeighting(recipe.weighting, recipe.losses);
  const all = modules.flatMap((module) => [...variablesOf(module).values()]).concat(weighting.uncertainties);
  const untrained = freezeParts(student, recipe.freeze ?? []);
  const saved = new Set(all.filter((variable) => !untrained.has(variable)));
  const trained = [...saved].filter(({ role }) => role === "parameter");
  if (trained.length === 0) throw new RecipeError("freeze: it leaves nothing to train");
  const lossScale = recipe.precision === "f16" ? createLossScale() : null;
  const counters = [lossScale, weighting.norms].filter((variable) => variable !== null);
  const groupOf = parameterGroups(recipe.optimizer, modules, new Set(trained));
  const shared = new Map(teachers.flatMap((teacher) => [...sharedParts(student, teacher.model, teacher.recipe.shares ?? [])]));
  const frozen = teachers.flatMap((teacher) => frozenOf(teacher, recipe)).filter((variable) => !shared.has(variable));
  if (precision === "f16") for (const variable of frozen) if (variable.layout.kind !== "plain") variable.storeAsF16();
  const store = new ParameterStore(device, {
    variables: [...all, ...frozen],
    trainable: (variable) => saved.has(variable),
    // Decay would draw uncertainties to 0, which is no simpler than another.
    groupOf: (variable) => ({ ...groupOf(variable), ...(weighting.uncertainties.includes(variable) ? { weightDecayFactor: 0 } : {}) }),
    counters,
  });
  for (const [variable, studentsOwn] of shared) store.share(variable, studentsOwn);
  try {
    const random = createRandom(recipe.seed, initialWeightsStream);
    // What is frozen draws its numbers too, so that the rest begins as it would without.
    store.initialise([...all, ...counters], random);
    if (weights) loadAll(store, student, teachers, weights);
    else store.initialise(frozen, random);
    const evaluated = recipe.ema ? createAverage(recipe, store, student) : student;
    return {
      student,
      evaluated,
      teachers,
      shared,
      adapters,
      store,
      trained,
      precision,
      lossScale,
      weighting,
      [Symbol.dispose]: () => store[Symbol.dispose](),
    };
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}

/** What scales the loss: f16 would lose its small gradients; on a device without, the recipe's scale stays where it is. */
export function lossScaleOf({ precision, lossScale }: Networks): Variable | null {
  return precision === "f16" ? lossScale : null;
}

/** A teacher's variables, its batch norms folded, but for tensors that losses look at and parts that the student computes unfolded. */
function frozenOf({ path: root, model, recipe: { shares = [] } }: TeacherNetwork, { losses }: Recipe): readonly Variable[] {
  const unfolded = [...modulesOf(model)].filter(({ path }) => shares.some((part) => isWithin(`${root}.${part}`, path)));
  const keep = [...losses.flatMap(teacherPaths), ...unfolded.map(({ path }) => `${path}.out`)];
  return [...variablesOf(model).values(), ...foldBatchNorm(model, { keep })];
}

function loadAll(store: ParameterStore, student: PoseModel, teachers: readonly TeacherNetwork[], weights: RecipeWeights): void {
  if (weights.backbone) loadBackbone(store, student, weights.backbone.tensors, weights.backbone.source);
  if (weights.student) loadWeights(store, student, weights.student.tensors, weights.student.source);
  for (const { path, key, model } of teachers) {
    const given = weights.teachers?.[path];
    if (!given) throw new Error(`${key}: there are no weights; the caller reads the recipe's file`);
    loadWeights(store, model, given.tensors, given.source);
  }
}

/** @throws RecipeError when a network makes heatmaps of another size than the recipe's. */
export function checkHeatmaps({ card }: PoseModel, { data }: Recipe): void {
  if (card.codec.kind === "simcc") return; // its vectors follow from the input
  const made = heatmapSizeOf(card, data.input);
  if (made.join() === data.heatmap.join()) return;
  throw new RecipeError(
    `data.heatmap: ${card.name} makes ${made.join(" × ")} cells of an input of ${data.input.join(" × ")}, not ${data.heatmap.join(" × ")}`,
  );
}
