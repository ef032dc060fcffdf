import { backward, compile, Graph, mean, mul, ParameterStore } from "@kindling/autograd";
import { openDevice, sizeOf } from "@kindling/gpu";
import { expect, test } from "vitest";
import { nameModule, variablesOf } from "../module.ts";
import { randomSource } from "../testing/randomSource.ts";
import { SqueezeNetHPE } from "./squeezeNetHPE.ts";

// PyTorch's values of the network are compared in packages/proof/src/golden.

const device = await openDevice();

test("the weights of an image's fourth channel, which is zero, start at zero and get no gradient: they stay zero", async () => {
  const model = new SqueezeNetHPE({ joints: 3, width: 0.25 });
  nameModule(model, "student");
  using store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => true });
  const random = randomSource(4);
  store.initialise(variablesOf(model).values(), random);
  const { weight } = model.backbone[0];
  const graph = new Graph();
  const image = graph.input("image", [2, 37, 29, 4], "f32");
  const heatmaps = model.call(image, "train");
  const [gradient] = backward(mean(mul(heatmaps, heatmaps)), [graph.use(weight)]);
  using program = await compile(graph, device, { store, outputs: { gradient: gradient! } });
  program.write(
    "image",
    Float32Array.from({ length: sizeOf(image.shape) }, (_, at) => (at % 4 === 3 ? 0 : random() - 0.5)),
  );
  program.run();
  const outChannels = weight.shape[3]!;
  for (const values of [(await store.read([weight])).get(weight)!, await program.read("gradient")]) {
    const nonZero = (fourth: boolean) =>
      values.filter((value, at) => (Math.floor(at / outChannels) % 4 === 3) === fourth && value !== 0).length;
    expect(nonZero(true)).toBe(0);
    expect(nonZero(false)).toBeGreaterThan(0);
  }
});
