import { adaptiveWing, add, backward, compile, Graph, ParameterStore, spatialKl } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { loadWeights } from "../loadWeights.ts";
import { nameModule, variablesOf } from "../module.ts";
import { convWeightToFile } from "../stateDict/layout.ts";
import { readWeights } from "../stateDict/readWeights.ts";
import { goldenBounds, goldenValues, haveShared, sharedFile, toChannelsLast } from "../testing/goldenModels.node.ts";
import { SqueezeNetHPE } from "./squeezeNetHPE.ts";

const device = await openDevice();

test.skipIf(!haveShared)("the heatmaps of 384 × 288 pixels are PyTorch's (skipped where ../shared is absent)", async () => {
  const values = goldenValues("squeezenet_hpe_384x288");
  const { model, store } = goldenModel("squeezenet_hpe.pth");
  using _ = store;
  const graph = new Graph();
  const image = toChannelsLast(values.get("x")!, 4);
  const output = model.call(graph.input("x", image.shape, "f32"), "eval");
  using program = await compile(graph, device, { store, outputs: { output } });
  program.write("x", image.data);
  program.run();
  const error = relativeError(await program.read("output"), toChannelsLast(values.get("output")!).data);
  expect(error).toBeLessThan(goldenBounds("squeezenet_hpe_384x288").output!);
});

test.skipIf(!haveShared)(
  "heatmaps, losses and gradients of a distillation step are PyTorch's (skipped where ../shared is absent)",
  async () => {
    const values = goldenValues("squeezenet_hpe_training");
    const bounds = goldenBounds("squeezenet_hpe_training");
    const { model, store } = goldenModel("squeezenet_hpe_legacy.pth");
    using _ = store;
    const graph = new Graph();
    const images = ["x", "target", "teacher"].map((name) => ({ name, ...toChannelsLast(values.get(name)!, name === "x" ? 4 : 17) }));
    const [x, target, teacher] = images.map(({ name, shape }) => graph.input(name, shape, "f32"));
    const mask = graph.input("mask", [4, 17], "f32");
    const output = model.call(x!, "train");
    const wing = adaptiveWing(output, target!, mask, { normalization: "all" });
    const kl = spatialKl(output, teacher!, { temperature: 4, normalization: "batch" });
    const weights = [model.backbone[0].weight, model.conv_heatmap.weight];
    const [first, head] = backward(
      add(wing, kl),
      weights.map((weight) => graph.use(weight)),
    );
    using program = await compile(graph, device, { store, outputs: { output, wing, kl, first: first!, head: head! } });
    for (const { name, data } of images) program.write(name, data);
    program.write("mask", Float32Array.from(values.get("mask")!.data));
    program.run();

    const near = (got: Float32Array, name: string) => expect(relativeError(got, values.get(name)!.data), name).toBeLessThan(bounds[name]!);
    expect(relativeError(await program.read("output"), toChannelsLast(values.get("output_before")!).data)).toBeLessThan(
      bounds.output_before!,
    );
    const losses = [...(await program.read("wing")), ...(await program.read("kl"))];
    expect(relativeError(losses, values.get("losses")!.data.subarray(0, 2))).toBeLessThan(1e-5);
    const inMemory = await program.read("first");
    near(convWeightToFile(inMemory, weights[0]!.shape, 3), "grad_first_conv");
    near(convWeightToFile(await program.read("head"), weights[1]!.shape, 512), "grad_head");
    // The fourth channel of an image is zero, and so is the gradient of its weights: they stay zero.
    expect(inMemory.filter((value, at) => Math.floor(at / 64) % 4 === 3 && value !== 0)).toHaveLength(0);
  },
);

function goldenModel(file: string): { readonly model: SqueezeNetHPE; readonly store: ParameterStore } {
  const model = new SqueezeNetHPE({ joints: 17 });
  nameModule(model, "student");
  const store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => true });
  loadWeights(store, model, readWeights(sharedFile(`golden/models/${file}`), file), file);
  return { model, store };
}
