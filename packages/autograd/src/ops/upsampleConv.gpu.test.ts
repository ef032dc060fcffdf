import { openDevice, ShapeError, sizeOf } from "@kindling/gpu";
import { randomValues, relativeError, upsampleConvSizes } from "@kindling/proof";
import { expect, test } from "vitest";
import { pullback } from "../backward.ts";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { conv2d } from "./conv2d.ts";
import { resizeBilinear } from "./resizeBilinear.ts";
import { upsampleConv } from "./upsampleConv.ts";

const device = await openDevice();

test.each(upsampleConvSizes)(
  "output and gradients are those of resizeBilinear and conv2d, and the same bits each time: [$x] to [$size]",
  async ({ x, size, outChannels }) => {
    const graph = new Graph();
    const shapes = { x, weight: [3, 3, x[3]!, outChannels], bias: [outChannels], cotangent: [x[0]!, ...size, outChannels] };
    const inputs = Object.entries(shapes).map(([name, shape]) => graph.input(name, shape, "f32"));
    const [image, weight, bias, cotangent] = inputs as [Tensor, Tensor, Tensor, Tensor];
    const names = ["output", "x", "weight", "bias"];
    const outputs = (kind: string, output: Tensor) =>
      [output, ...pullback([[output, cotangent]], [image, weight, bias])].map((tensor, i) => [`${kind} ${names[i]}`, tensor!] as const);
    using program = await compile(graph, device, {
      store: null,
      outputs: Object.fromEntries([
        ...outputs("taps", upsampleConv(image, weight, bias, size)),
        ...outputs("composed", conv2d(resizeBilinear(image, size), weight, bias, { padding: 1 })),
      ]),
    });
    for (const [i, [name, shape]] of Object.entries(shapes).entries())
      program.write(name, Float32Array.from(randomValues(i, sizeOf(shape))));
    program.run();
    const first = await Promise.all(names.map((name) => program.read(`taps ${name}`)));
    program.run();
    for (const [i, name] of names.entries()) {
      expect(await program.read(`taps ${name}`)).toEqual(first[i]);
      expect(relativeError(first[i]!, await program.read(`composed ${name}`)), name).toBeLessThan(2e-6);
    }
  },
);

test.each<[what: string, weight: readonly number[], bias: readonly number[], size: readonly number[]]>([
  ["another kernel than 3 × 3", [5, 5, 4, 2], [2], [8, 6]],
  ["a 1 × 1 kernel", [1, 1, 4, 2], [2], [8, 6]],
  ["a weight for other channels", [3, 3, 3, 2], [2], [8, 6]],
  ["a bias for other channels", [3, 3, 4, 2], [3], [8, 6]],
  ["a size of zero", [3, 3, 4, 2], [2], [0, 6]],
  ["a size of one axis", [3, 3, 4, 2], [2], [8]],
])("%s is refused", (_, weight, bias, size) => {
  const graph = new Graph();
  const input = (name: string, shape: readonly number[]) => graph.input(name, shape, "f32");
  const [x, w, b] = [input("x", [1, 4, 3, 4]), input("weight", weight), input("bias", bias)] as const;
  expect(() => upsampleConv(x, w, b, size)).toThrow(ShapeError);
});
