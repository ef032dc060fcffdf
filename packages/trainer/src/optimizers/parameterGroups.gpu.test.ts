import { compile, ParameterStore, type Tensor } from "@kindling/autograd";
import { openDevice, sizeOf } from "@kindling/gpu";
import { BatchNorm2d, Conv2d, Linear, Module, nameModule, Sequential, variablesOf } from "@kindling/models";
import { expect, test } from "vitest";
import type { AdamRecipe, SgdRecipe } from "../recipe.ts";
import { learningRateAt } from "../schedules/learningRate.ts";
import { parameterGroups } from "./parameterGroups.ts";
import { recordUpdate } from "./recordUpdate.ts";

const device = await openDevice();

/** The kinds of layers that Lightweight OpenPose has, with few values each. */
class Layers extends Module {
  readonly model: Sequential = new Sequential([
    new Conv2d(2, 2, 1, { bias: false }),
    new Conv2d(2, 2, 3, { groups: 2, bias: false }),
    new BatchNorm2d(2),
  ]);
  readonly refinement_stages: Sequential = new Sequential([new Conv2d(2, 2, 1), new BatchNorm2d(2)]);
  readonly head: Linear = new Linear(2, 3);

  forward(): Tensor {
    throw new Error("nothing runs it");
  }
}

/**
 * The first two values of each parameter and the sum of all after six steps of torch.optim in float64 (PyTorch 1.13), each parameter in a group
 * of its own: lr 0.02 · [1, 1, 1, 2, 4, 8, 1, 2, 1, 2], weight_decay 0.3 · [1, 0, 0, 0, 1, 0, 0, 0, 1, 0], MultiStepLR([2, 4], gamma=0.5);
 * parameter j began as sin(0.7·i + j), its gradients in step t were cos(0.3·i + 0.5·j + t).
 */
const torch: Record<AdamRecipe["kind"] | SgdRecipe["kind"], readonly (readonly number[])[]> = {
  adam: [
    [-0.007991123, 0.635032124, 2.515385192],
    [0.852125616, 1.046094706, 0.046898892],
    [0.96396118, 0.480314719, 1.444275899],
    [0.242850067, -0.436312387, -0.19346232],
    [-0.558444328, -0.809592596, -2.078598653],
    [-0.699161721, -0.366216262, -1.065377984],
    [-0.264556085, 0.405674183, 0.141118098],
    [0.643209333, 0.881633943, 1.524843276],
    [0.928409806, 0.604707035, -1.068904068],
    [0.307332433, -0.3694337, -0.978232637],
  ],
  adamw: [
    [-0.007975249, 0.635861926, 2.544194197],
    [0.852125616, 1.046094706, 0.046898892],
    [0.96396118, 0.480314719, 1.444275899],
    [0.242850067, -0.436312387, -0.19346232],
    [-0.529615186, -0.77660157, -2.000356799],
    [-0.699161721, -0.366216262, -1.065377984],
    [-0.264556085, 0.405674183, 0.141118098],
    [0.643209333, 0.881633943, 1.524843276],
    [0.914643665, 0.595712152, -1.070240731],
    [0.307332433, -0.3694337, -0.978232637],
  ],
  // momentum=0.9, nesterov=True
  sgd: [
    [0.023459946, 0.649763307, 2.548607403],
    [0.902637525, 1.068897962, -0.013418854],
    [0.993473159, 0.515627214, 1.509100372],
    [0.314271545, -0.37452516, -0.060253615],
    [-0.343253062, -0.600264972, -1.619455501],
    [-0.699823196, -0.497231706, -1.197054902],
    [-0.290348889, 0.368526584, 0.078177695],
    [0.553831516, 0.847297869, 1.401129385],
    [0.848399222, 0.5356932, -1.179745786],
    [0.235873358, -0.437349252, -1.169442948],
  ],
};

const common = {
  learningRate: 0.02,
  weightDecay: 0.3,
  noDecay: ["norm", "bias", "depthwise"],
  groups: [
    { match: "student.refinement_stages", of: ["convolution"], learningRateFactor: 4, weightDecayFactor: 1 },
    { of: ["bias"], learningRateFactor: 2, weightDecayFactor: 1 },
  ],
} as const;

test.each([
  { ...common, kind: "adam", betas: [0.9, 0.999], epsilon: 1e-8 },
  { ...common, kind: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 },
  { ...common, kind: "sgd", momentum: 0.9, dampening: 0, nesterov: true },
] as const)("six steps of $kind with groups and milestones are PyTorch's, in one dispatch a group", async (optimizer) => {
  const layers = new Layers();
  nameModule(layers, "student");
  const trained = [...variablesOf(layers).values()].filter(({ role }) => role === "parameter");
  using store = new ParameterStore(device, {
    variables: trained,
    trainable: () => true,
    groupOf: parameterGroups(optimizer, [layers], new Set(trained)),
  });
  for (const [j, variable] of trained.entries()) {
    store.write(
      variable,
      Float32Array.from({ length: sizeOf(variable.shape) }, (_, i) => Math.sin(0.7 * i + j)),
    );
  }
  const { graph, outputs, inputsAt } = recordUpdate(store, { optimizer, accumulate: 1 }, null);
  using program = await compile(graph, device, { store, outputs });
  // ×1 with and without decay, ×2 without, ×4 with, ×8 without.
  expect(store.segments).toHaveLength(5);
  expect(program.calls.filter(({ kernel }) => kernel.name.startsWith(optimizer.kind))).toHaveLength(5);
  for (let t = 1; t <= 6; t++) {
    for (const [j, variable] of trained.entries()) {
      const values = Float32Array.from({ length: sizeOf(variable.shape) }, (_, i) => Math.cos(0.3 * i + 0.5 * j + t));
      store.write(store.gradientOf(variable), values);
    }
    const rate = learningRateAt({ kind: "multistep", milestones: [2, 4], gamma: 0.5, epochs: 6 }, optimizer.learningRate, t - 1, 1);
    for (const [name, data] of Object.entries(inputsAt(rate, t))) program.write(name, data);
    program.run();
  }
  const values = await store.read(trained);
  for (const [j, variable] of trained.entries()) {
    const after = values.get(variable)!;
    const [first, second, sum] = torch[optimizer.kind][j]!;
    expect(after[0], variable.name).toBeCloseTo(first!, 6);
    expect(after[1], variable.name).toBeCloseTo(second!, 6);
    expect(
      after.reduce((total, value) => total + value, 0),
      variable.name,
    ).toBeCloseTo(sum!, 5);
  }
});
