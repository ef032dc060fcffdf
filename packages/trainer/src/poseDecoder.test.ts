import { createModel, type ModelCard } from "@kindling/models";
import { decodeHeatmaps, decodeSimcc, invertAffine } from "@kindling/pose";
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
