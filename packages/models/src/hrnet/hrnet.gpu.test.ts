import { backward, compile, Graph, mse, ParameterStore } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { loadWeights } from "../loadWeights.ts";
import { nameModule, variablesOf } from "../module.ts";
import { convWeightToFile } from "../stateDict/layout.ts";
import { readWeights } from "../stateDict/readWeights.ts";
import { goldenBounds, goldenValues, haveShared, sharedFile, toChannelsLast } from "../testing/goldenModels.node.ts";
import { HRNet } from "./hrnet.ts";

const device = await openDevice();
const name = "hrnet_w8_values";

test.skipIf(!haveShared)("HRNet-W8 with its running statistics gives PyTorch's heatmaps (skipped where ../shared is absent)", async () => {
  const values = goldenValues(name);
  const { model, store } = goldenModel();
  using _ = store;
  const graph = new Graph();
  const image = toChannelsLast(values.get("x")!, 4);
  const output = model.call(graph.input("x", image.shape, "f32"), "eval");
  using program = await compile(graph, device, { store, outputs: { output } });
  program.write("x", image.data);
  program.run();
  const error = relativeError(await program.read("output"), toChannelsLast(values.get("output_eval")!).data);
  expect(error).toBeLessThan(goldenBounds(name).output_eval!);
});

test.skipIf(!haveShared)(
  "HRNet-W8 in training gives PyTorch's heatmaps, gradients and running mean (skipped where ../shared is absent)",
  async () => {
    const values = goldenValues(name);
    const { model, store } = goldenModel();
    using _ = store;
    const graph = new Graph();
    const image = toChannelsLast(values.get("x")!, 4);
    const output = model.call(graph.input("x", image.shape, "f32"), "train");
    const weights = [model.conv1.weight, model.final_layer.weight];
    const loss = mse(output, graph.input("zero", output.shape, "f32"));
    const [first, last] = backward(
      loss,
      weights.map((weight) => graph.use(weight)),
    );
    using program = await compile(graph, device, { store, outputs: { output, first: first!, last: last! } });
    program.write("x", image.data);
    program.run();

    const mean = model.bn1.running_mean;
    const got = {
      output_train: await program.read("output"),
      grad_conv1: convWeightToFile(await program.read("first"), weights[0]!.shape, 3),
      grad_final: convWeightToFile(await program.read("last"), weights[1]!.shape, 8),
      running_mean_bn1_after_one_train_forward: (await store.read([mean])).get(mean)!,
    };
    for (const [tensor, value] of Object.entries(got)) {
      const stored = values.get(tensor)!;
      const expected = tensor === "output_train" ? toChannelsLast(stored).data : stored.data;
      expect(relativeError(value, expected), tensor).toBeLessThan(goldenBounds(name)[tensor]!);
    }
  },
);

function goldenModel(): { readonly model: HRNet; readonly store: ParameterStore } {
  const model = new HRNet({ joints: 17, width: 8 });
  nameModule(model, "teacher");
  const store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => true });
  loadWeights(store, model, readWeights(sharedFile("golden/models/hrnet_w8.pth"), "hrnet_w8.pth"), "hrnet_w8.pth");
  return { model, store };
}
