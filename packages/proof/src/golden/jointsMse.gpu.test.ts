import { readFileSync } from "node:fs";
import { compile, Graph, mse, pullback, scaleBy } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { readSafetensors } from "@kindling/models";
import { expect, test } from "vitest";
import { relativeError } from "../checkOp.ts";
import { type TorchLayout, toMemory, valuesToMemory } from "./torchLayout.ts";

const device = await openDevice();

test("HRNet's JointsMSELoss is half our masked mse times the share of visible maps, with PyTorch's value and gradient", async () => {
  const stored = readSafetensors(readFileSync(new URL("../../../../test/golden/ops/joints_mse.safetensors", import.meta.url))).tensors;
  const layouts: Readonly<Record<string, TorchLayout>> = { pred: "image", target: "image", weight: "perMap" };
  const operands = Object.entries(layouts).map(([name, layout]) => ({ name, ...toMemory(stored.get(name)!, layout) }));
  const visible = stored.get("weight")!.data;
  const graph = new Graph();
  const [pred, target, weight] = operands.map(({ name, shape }) => graph.input(name, shape, "f32"));
  const loss = scaleBy(mse(pred!, target!, weight!), graph.input("half share", [1], "f32"), 0);
  const [gradient] = pullback([[loss, graph.input("cotangent", [], "f32")]], [pred!]);
  using program = await compile(graph, device, { store: null, outputs: { loss, gradient: gradient! } });
  for (const { name, data } of operands) program.write(name, Float32Array.from(data));
  program.write("half share", Float32Array.of((0.5 * visible.reduce((sum, value) => sum + value, 0)) / visible.length));
  program.write("cotangent", Float32Array.from(stored.get("cotangent")!.data));
  program.run();
  expect(relativeError(await program.read("loss"), stored.get("output")!.data)).toBeLessThan(1e-6);
  const expected = valuesToMemory(stored.get("grad_pred")!.data, pred!.shape, "image");
  expect(relativeError(await program.read("gradient"), expected)).toBeLessThan(2e-6);
});
