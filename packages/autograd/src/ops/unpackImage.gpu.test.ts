import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { unpackImage } from "./unpackImage.ts";

const device = await openDevice();
const [mean, std] = [[0.485, 0.456, 0.406] as const, [0.229, 0.224, 0.225] as const];
const bytes = Uint8Array.from({ length: 2 * 3 * 5 * 4 }, (_, i) => (i * 83 + 7) % 256);

test.each(["rgb", "bgr"] as const)(
  "bytes become (byte / 255 − mean) / std in the order %s, with a fourth channel of 0",
  async (channelOrder) => {
    const graph = new Graph();
    const y = unpackImage(graph.input("x", [2, 3, 5], "u32"), { mean, std, channelOrder });
    expect(y.shape).toEqual([2, 3, 5, 4]);
    using program = await compile(graph, device, { store: null, outputs: { y } });
    program.write("x", bytes);
    program.run();
    for (const [i, value] of (await program.read("y")).entries()) {
      const [pixel, channel] = [i - (i % 4), i % 4];
      if (channel === 3) expect(value).toBe(0);
      else
        expect(value).toBeCloseTo(
          (bytes[pixel + (channelOrder === "rgb" ? channel : 2 - channel)]! / 255 - mean[channel]!) / std[channel]!,
          5,
        );
    }
  },
);

test.skipIf(!device.capabilities.f16)("stored as f16 the values are those of f32, rounded (skipped without shader-f16)", async () => {
  const graph = new Graph();
  const x = graph.input("x", [2, 3, 5], "u32");
  const [wide, half] = [unpackImage(x, { mean, std }), unpackImage(x, { mean, std, dtype: "f16" })];
  expect(half.dtype).toBe("f16");
  using program = await compile(graph, device, { store: null, outputs: { wide, half } });
  program.write("x", bytes);
  program.run();
  const exact = await program.read("wide");
  for (const [i, value] of (await program.read("half")).entries()) {
    expect(Math.abs(value - exact[i]!)).toBeLessThanOrEqual(2 ** -10 * Math.abs(exact[i]!));
  }
});

test("images that are not packed pixels are refused", () => {
  const graph = new Graph();
  expect(() => unpackImage(graph.input("a", [2, 3, 5], "f32"), { mean, std })).toThrow("u32");
  expect(() => unpackImage(graph.input("b", [2, 3], "u32"), { mean, std })).toThrow("[n,h,w]");
});
