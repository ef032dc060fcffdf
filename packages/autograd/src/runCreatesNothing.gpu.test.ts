import { openDevice } from "@kindling/gpu";
import { afterEach, expect, test, vi } from "vitest";
import { backward } from "./backward.ts";
import { compile } from "./compile.ts";
import { Graph } from "./graph.ts";
import { conv2d } from "./ops/conv2d.ts";
import { maxPool2d } from "./ops/maxPool2d.ts";
import { mse } from "./ops/mse.ts";

const device = await openDevice();
afterEach(() => vi.restoreAllMocks());

/** What a device can make. A command encoder is no object to keep: WebGPU has no command buffers that can be used again. */
const creators = [
  "createBuffer",
  "createBindGroup",
  "createBindGroupLayout",
  "createPipelineLayout",
  "createShaderModule",
  "createComputePipeline",
  "createComputePipelineAsync",
  "createQuerySet",
  "createTexture",
  "createSampler",
] as const;

test("writing inputs and running a program create no GPU object, however often; one command encoder a submission is all", async () => {
  const graph = new Graph();
  const [x, weight, target] = [
    graph.input("x", [1, 17, 13, 4], "f32"),
    graph.input("weight", [3, 3, 4, 8], "f32"),
    graph.input("target", [1, 8, 6, 8], "f32"),
  ];
  const loss = mse(maxPool2d(conv2d(x, weight, null, { padding: 1, activation: "relu" }), { kernel: 3, stride: 2 }), target);
  const [gradient] = backward(loss, [weight]);

  const spies = creators.map((name) => vi.spyOn(GPUDevice.prototype, name));
  const made = () => spies.flatMap((spy, i) => spy.mock.calls.map(() => creators[i]));
  using program = await compile(graph, device, { store: null, outputs: { loss, gradient: gradient! } });
  expect(made()).toContain("createBindGroup"); // the spies see what compiling makes
  for (const spy of spies) spy.mockClear();

  const encoders = vi.spyOn(GPUDevice.prototype, "createCommandEncoder");
  for (let step = 0; step < 3; step++) {
    for (const name of ["x", "weight", "target"]) program.write(name, new Float32Array(size(graph, name)).fill(step + 1));
    program.run();
  }
  expect(made()).toEqual([]);
  expect(encoders).toHaveBeenCalledTimes(3);
  expect(program.report.dispatches).toBeGreaterThan(3);
  await device.idle();
});

function size(graph: Graph, input: string): number {
  return graph.inputs.get(input)!.shape.reduce((product, length) => product * length, 1);
}
