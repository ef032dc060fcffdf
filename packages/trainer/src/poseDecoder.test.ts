import { createModel, type ModelCard } from "@kindling/models";
import { decodeHeatmaps, decodeSimcc, invertAffine, unflipHeatmaps, unflipVectors } from "@kindling/pose";
import { expect, test } from "vitest";
import { NetworkError } from "./networkError.ts";
import { poseDecoder } from "./poseDecoder.ts";

const toImage = invertAffine([0.5, 0, 3, 0, 0.25, -7]);

test("heatmaps are read from the last output that has them, SimCC vectors from both", () => {
  const multi = poseDecoder(createModel("multi-hrnet-w8", { joints: 2 }).card, [16, 12]);
  expect(multi.reads).toEqual([3]);
  const heatmaps = Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => Math.sin(i));
  const options = { heatmap: { height: 4, width: 3 }, joints: 2, input: { height: 16, width: 12 }, toImage };
  expect(multi.decode([heatmaps], toImage)).toEqual(decodeHeatmaps(heatmaps, options));

  const simcc = poseDecoder(createModel("rtmpose-t", { joints: 2, input: [16, 12] }).card, [16, 12]);
  expect(simcc.reads).toEqual([0, 1]);
  const [x, y] = [24, 32].map((bins) => Float32Array.from({ length: 2 * bins }, (_, i) => Math.cos(i * i)));
  expect(simcc.decode([x!, y!], toImage)).toEqual(decodeSimcc(x!, y!, { joints: 2, splitRatio: 2, toImage }));
});

test("decoding, coding and σ are handed on: crops of udp are udp's, and their mirror images move nothing", () => {
  const { card } = createModel("hrnet-w8", { joints: 2 });
  const heatmaps = Float32Array.from({ length: 8 * 6 * 2 }, (_, i) => Math.exp(-((((i >> 1) % 6) - 2.3) ** 2)));
  const codec = { kind: "heatmaps", heatmap: { height: 8, width: 6 }, sigma: 1.5, encoding: "udp" } as const;
  const udp = poseDecoder(card, [32, 24], { codec, decoding: "dark-udp" });
  const options = { ...codec, joints: 2, input: { height: 32, width: 24 }, toImage, decoding: "dark-udp" } as const;
  expect(udp.decode([heatmaps], toImage)).toEqual(decodeHeatmaps(heatmaps, options));
  expect(udp.warp).toBe("udp");
  expect(udp.unflip(heatmaps, 0, [1, 0])).toEqual(unflipHeatmaps(heatmaps, 6, [1, 0], false));
  const plain = poseDecoder(card, [32, 24]);
  expect(plain.warp).toBe("msra");
  expect(plain.unflip(heatmaps, 0, [1, 0])).toEqual(unflipHeatmaps(heatmaps, 6, [1, 0], true));
});

test("of SimCC's vectors those over x alone are reversed; rules of heatmaps are refused", () => {
  const { card } = createModel("rtmpose-t", { joints: 2, input: [16, 12] });
  const simcc = poseDecoder(card, [16, 12], { decoding: "dark" });
  const [x, y] = [24, 32].map((bins) => Float32Array.from({ length: 2 * bins }, (_, i) => Math.exp(-(((i % bins) - 11.4) ** 2) / 8)));
  expect(simcc.decode([x!, y!], toImage)).toEqual(decodeSimcc(x!, y!, { joints: 2, splitRatio: 2, toImage, decoding: "dark" }));
  expect(simcc.unflip(x!, 0, [1, 0])).toEqual(unflipVectors(x!, 24, [1, 0], true));
  expect(simcc.unflip(y!, 1, [1, 0])).toEqual(unflipVectors(y!, 32, [1, 0], false));
  expect(() => poseDecoder(card, [16, 12], { decoding: "quarter" })).toThrow(
    new NetworkError("rtmpose-t puts out SimCC vectors, which are read by argmax or dark, not by quarter"),
  );
});

test("a network that does not put out one person's key points is refused, naming what it puts out", () => {
  const card: ModelCard = {
    ...createModel("hrnet-w8", { joints: 18 }).card,
    name: "openpose",
    codec: { kind: "pafs", stride: 8 },
    outputs: () => [
      { name: "heatmaps.0", kind: "heatmaps", shape: [8, 8, 19] },
      { name: "pafs.0", kind: "pafs", shape: [8, 8, 38] },
    ],
  };
  expect(() => poseDecoder(card, [64, 64])).toThrow(
    new NetworkError("openpose puts out heatmaps.0 and pafs.0, which is not the key points of one person in a crop"),
  );
});
