import { openDevice } from "@kindling/gpu";
import { bytesOf, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { allFinite } from "./allFinite.ts";

const device = await openDevice();
const shapes = [[3], [70, 71], [2, 3, 4]];
const dtypes = device.capabilities.f16 ? (["f32", "f16"] as const) : (["f32"] as const);

test.each(dtypes)("one NaN or infinity anywhere in several tensors of %s is found, and nothing else", async (dtype) => {
  const graph = new Graph();
  const tensors = shapes.map((shape, i) => graph.input(`t${i}`, shape, dtype)) as [Tensor, ...Tensor[]]; // three of them
  using program = await compile(graph, device, { store: null, outputs: { finite: allFinite(tensors) } });
  const finite = tensors.map(({ shape }, i) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return randomValues(i, size)
      .with(size - 1, 65_504)
      .with(0, -65_504);
  });
  const answer = async (values: readonly Float32Array[]): Promise<number> => {
    for (const [i, { shape }] of tensors.entries()) program.write(`t${i}`, bytesOf(values[i]!, { shape, dtype }));
    program.run();
    return (await program.read("finite"))[0]!;
  };
  expect(await answer(finite)).toBe(1);
  for (const planted of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const [i, data] of finite.entries()) {
      for (const at of [0, data.length >> 1, data.length - 1]) {
        expect(await answer(finite.with(i, data.with(at, planted))), `${planted} at ${at} of t${i}`).toBe(0);
      }
    }
  }
  // Beyond the range of f16, where a gradient of mixed precision overflows.
  expect(await answer(finite.with(1, finite[1]!.with(17, 1e5)))).toBe(dtype === "f16" ? 0 : 1);
  expect(await answer(finite)).toBe(1);
});
