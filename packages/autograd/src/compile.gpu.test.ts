import { openDevice, ShaderError } from "@kindling/gpu";
import { dtypesOf, type KernelCall, sourcesHash, variantChoices } from "@kindling/kernels";
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

test("a device's choices decide, the report counts them, and what a test chooses comes before them", async () => {
  const graph = new Graph();
  const y = relu(relu(graph.input("x", [4, 8], "f32")));
  const plainOf = ({ kernel, problem, ...operands }: KernelCall) => ({
    kernel: kernel.name,
    dtypes: dtypesOf(operands),
    problem,
    sources: sourcesHash({ kernel, problem, ...operands }, device.capabilities),
    variant: kernel.variants[0].id,
    microseconds: {},
  });
  const variantsOf = async (...options: Parameters<typeof compile>) => {
    using program = await compile(...options);
    return { tuned: program.report.tuned, variants: program.dispatches.map(({ variant }) => variant), calls: program.calls };
  };
  const untuned = await variantsOf(graph, device, { store: null, outputs: { y } });
  expect(untuned).toMatchObject({ tuned: 0, variants: ["vector", "vector"] });
  using tunedDevice = await openDevice({ choices: () => variantChoices(untuned.calls.map(plainOf)) });
  const tuned = await variantsOf(graph, tunedDevice, { store: null, outputs: { y } });
  expect(tuned).toMatchObject({ tuned: 2, variants: ["scalar", "scalar"] });
  const choose = vi.fn(({ variants }: KernelCall["kernel"]) => variants.at(-1)!);
  expect(await variantsOf(graph, tunedDevice, { store: null, outputs: { y }, choose })).toMatchObject({
    tuned: 0,
    variants: ["vector", "vector"],
  });
});
