import { openDevice, sizeOf } from "@kindling/gpu";
import { expect, test } from "vitest";
import { pullback } from "../backward.ts";
import { compile } from "../compile.ts";
import { Graph, record } from "../graph.ts";
import { reluGradOp } from "./activationGrad.ts";
import { conv2d } from "./conv2d.ts";
import { maxPool2dOp } from "./maxPool2d.ts";
import { maxPool2dInputGrad } from "./maxPool2dInputGrad.ts";

const device = await openDevice();

test("below a pooling the pooled map is masked, to the same bits as the map before it, NaN and zeros among them", async () => {
  const graph = new Graph();
  const x = graph.input("x", [2, 9, 8, 5], "f32");
  const weight = graph.input("weight", [1, 1, 5, 5], "f32");
  const y = conv2d(x, weight, null, { activation: "relu" });
  const pooling = { kernel: 3, stride: 2, padding: 0, ceilMode: true };
  const [pooled, argmax] = record(maxPool2dOp, [y], pooling);
  const cotangent = graph.input("cotangent", pooled!.shape, "f32");
  const [masked] = pullback([[pooled!, cotangent]], [x]);
  // The weight is the identity, so the gradient of x is that of the convolution's sum.
  const plain = record(reluGradOp, [maxPool2dInputGrad(cotangent, argmax!, y.shape, pooling), y], {})[0]!;
  using program = await compile(graph, device, { store: null, outputs: { masked: masked!, plain } });
  const values = (size: number, phase: number) => Float32Array.from({ length: size }, (_, at) => Math.round(4 * Math.sin(3 * at + phase)));
  const image = values(sizeOf(x.shape), 1);
  image[17] = Number.NaN;
  program.write("x", image);
  program.write(
    "weight",
    Float32Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0)),
  );
  program.write("cotangent", values(sizeOf(pooled!.shape), 2));
  program.run();
  expect(await program.read("masked")).toEqual(await program.read("plain"));
  using alone = await compile(graph, device, { store: null, outputs: { masked: masked! } });
  const kernels = alone.dispatches.map(({ kernel }) => kernel);
  expect(kernels.filter((kernel) => kernel === "maxPool2dInputGrad" || kernel === "reluGrad")).toEqual(["reluGrad", "maxPool2dInputGrad"]);
});
