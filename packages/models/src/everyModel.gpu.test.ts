import { add, backward, compile, Graph, mean, mul, ParameterStore, type Tensor, type Variable } from "@kindling/autograd";

import { encodeFloat16, openDevice, sizeOf } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { describe, expect, test } from "vitest";
import { type CreateModelOptions, createModel } from "./createModel.ts";
import { foldBatchNorm } from "./foldBatchNorm.ts";
import { BatchNorm2d } from "./layers/batchNorm2d.ts";
import { loadWeights } from "./loadWeights.ts";
import { checkpointActivations, type Mode, modulesOf, nameModule, variablesOf } from "./module.ts";
import { outputsOf, type PoseModel } from "./poseModel.ts";
import type { StateDict } from "./stateDict/stateDict.ts";
import { randomSource } from "./testing/randomSource.ts";
import { trainedLike } from "./testing/trainedLike.ts";

const device = await openDevice();

/** One of each kind, as small as it comes, and how many of its batch norms follow something other than a convolution of its own. */
const models: readonly (readonly [name: string, options: CreateModelOptions, unfolded: number])[] = [
  ["squeezenet-hpe", { joints: 3, width: 0.25 }, 0],
  ["squeezenet-hpe", { joints: 3, width: 0.25, head: "deconvolution" }, 2],
  ["squeezenet1_1", { joints: 5 }, 0],
  ["hrnet-w4", { joints: 3 }, 0],
  ["multi-hrnet-w4", { joints: 3, stages: 2 }, 0],
  ["okdhp-hrnet-w4", { joints: 3, branches: 2 }, 0],
  ["openpose-lite", {}, 0],
  ["openpose-tiny", {}, 0],
  ["simplebaseline-mobilenetv2", { joints: 3 }, 3],
  ["rtmpose-t", { joints: 3, input: [32, 32] }, 0],
];
const input = [2, 32, 32, 4] as const;

describe.each(models)("%s %o", (name, options, unfolded) => {
  const create = () => {
    const model = createModel(name, options);
    nameModule(model, "");
    return model;
  };
  const weights = trainedLike(create(), 5);
  const random = randomSource(11);
  const image = Float32Array.from({ length: sizeOf(input) }, (_, i) => (i % 4 === 3 ? 0 : random() - 0.5));

  test("its batch norms fold into its convolutions, and it puts out the same", async () => {
    const folded = create();
    const norms = [...modulesOf(folded)].filter((module) => module instanceof BatchNorm2d);
    const biases = foldBatchNorm(folded);
    expect(biases).toHaveLength(norms.length - unfolded);
    const [expected, found] = [await forward(create(), [], weights, image, "f32"), await forward(folded, biases, weights, image, "f32")];
    expect(found).toHaveLength(expected.length);
    for (const [i, values] of found.entries()) expect(relativeError(values, expected[i]!)).toBeLessThan(2e-5);
  });

  test.skipIf(!device.capabilities.f16)(
    "with activations in f16 it puts out the same to their rounding (skipped without shader-f16)",
    async () => {
      // Residual sums of random weights grow beyond f16; larger variances make every norm's output smaller.
      const tame = new Map(
        [...weights].map(([key, { shape, data }]) => [
          key,
          { shape, data: key.endsWith("running_var") ? data.map((value) => 8 * value) : data },
        ]),
      );
      const [expected, found] = [await forward(create(), [], tame, image, "f32"), await forward(create(), [], tame, image, "f16")];
      for (const [i, values] of found.entries()) expect(relativeError(values, expected[i]!)).toBeLessThan(0.02);
    },
  );

  test("its gradients are there for every parameter that its outputs depend on, and have the same bits when activations are computed again", async () => {
    const checkpointed = create();
    checkpointActivations(checkpointed);
    const [expected, found] = [await gradients(create(), weights, image), await gradients(checkpointed, weights, image)];
    expect([...expected.keys()].length).toBeGreaterThan(10);
    for (const [parameter, values] of expected) {
      expect(values.every(Number.isFinite), parameter).toBe(true);
      expect(found.get(parameter), parameter).toEqual(values);
    }
    const without = [...expected].filter(([, values]) => values.every((value) => value === 0)).map(([parameter]) => parameter);
    // The fourth exit of a multi-output HRNet is in its checkpoints and computes nothing.
    expect(without.filter((parameter) => !parameter.startsWith("intermediate_layers.3"))).toEqual([]);
  });
});

function record(graph: Graph, model: PoseModel, dtype: "f32" | "f16", mode: Mode): readonly Tensor[] {
  return outputsOf(model, graph.input("image", input, dtype), mode);
}

async function forward(
  model: PoseModel,
  biases: readonly Variable[],
  weights: StateDict,
  image: Float32Array<ArrayBuffer>,
  dtype: "f32" | "f16",
): Promise<readonly Float32Array[]> {
  using store = new ParameterStore(device, { variables: [...variablesOf(model).values(), ...biases], trainable: () => false });
  loadWeights(store, model, weights, "test");
  const graph = new Graph();
  const outputs = record(graph, model, dtype, "eval");
  using program = await compile(graph, device, { store, outputs: Object.fromEntries(outputs.entries()) });
  program.write("image", dtype === "f16" ? encodeFloat16(image) : image);
  program.run();
  return Promise.all(outputs.map((_, i) => program.read(String(i))));
}

/** Of the sum of the outputs' mean squares. */
async function gradients(
  model: PoseModel,
  weights: StateDict,
  image: Float32Array<ArrayBuffer>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const variables = [...variablesOf(model).values()];
  using store = new ParameterStore(device, { variables, trainable: () => true });
  loadWeights(store, model, weights, "test");
  const parameters = variables.filter(({ role }) => role === "parameter");
  const graph = new Graph();
  const loss = record(graph, model, "f32", "train")
    .map((output) => mean(mul(output, output)))
    .reduce(add);
  const all = backward(
    loss,
    parameters.map((variable) => graph.use(variable)),
  );
  const outputs = Object.fromEntries(all.flatMap((gradient, i) => (gradient ? [[parameters[i]!.name, gradient]] : [])));
  using program = await compile(graph, device, { store, outputs });
  program.write("image", image);
  program.run();
  return new Map(await Promise.all(Object.keys(outputs).map(async (name) => [name, await program.read(name)] as const)));
}
