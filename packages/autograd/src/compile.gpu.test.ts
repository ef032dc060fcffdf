import { openDevice, ShaderError } from "@kindling/gpu";
import { expect, test, vi } from "vitest";
import { compile } from "./compile.ts";
import { Graph } from "./graph.ts";
import { relu } from "./ops/relu.ts";

const device = await openDevice();

test("a graph whose shader does not compile leaves no buffer behind", async () => {
  const graph = new Graph();
  const y = relu(relu(graph.input("x", [3, 5], "f32")));
  const made: GPUBuffer[] = [];
  const freed = new Set<GPUBuffer>();
  const create = device.gpu.createBuffer.bind(device.gpu);
  const spy = vi.spyOn(device.gpu, "createBuffer").mockImplementation((descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    vi.spyOn(buffer, "destroy").mockImplementation(() => {
      freed.add(buffer);
      return destroy();
    });
    made.push(buffer);
    return buffer;
  });
  const broken = compile(graph, device, {
    store: null,
    outputs: { y },
    choose: (kernel) => ({ ...kernel.variants[0], source: () => "no shader" }),
  });
  await expect(broken).rejects.toThrow(ShaderError);
  spy.mockRestore();
  expect(made.length).toBeGreaterThan(1);
  expect(made.filter((buffer) => !freed.has(buffer))).toEqual([]);
  device.throwIfFailed();
});
