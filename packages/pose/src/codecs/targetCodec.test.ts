import { describe, expect, test } from "vitest";
import { encodeTargets, type PersonCodec, targetShapes } from "./targetCodec.ts";

const input = { width: 24, height: 32 };
const keypoints = [10, 12, 2, 3, 30, 1, 5, 5, 0];
const codecs: readonly PersonCodec[] = [
  ...(["msra", "unbiased", "udp"] as const).map(
    (encoding): PersonCodec => ({ kind: "heatmaps", heatmap: { width: 6, height: 8 }, sigma: 1, encoding, jointWeights: [1, 1.5, 2] }),
  ),
  { kind: "simcc", splitRatio: 2, labels: { kind: "gaussian", sigma: [1.7, 2], rounded: false }, jointWeights: [1, 1.5, 2] },
  { kind: "simcc", splitRatio: 1.5, labels: { kind: "standard", smoothing: 0.1 }, jointWeights: [1, 1.5, 2] },
];

describe.each(codecs)("$kind $encoding $labels.kind", (codec) => {
  test("targets have the names and sizes that their shapes say, and the mask holds the weights of what teaches", () => {
    const shapes = targetShapes(codec, input, 3);
    const targets = encodeTargets(codec, input, keypoints);
    expect(Object.keys(targets)).toEqual(Object.keys(shapes));
    for (const [name, shape] of Object.entries(shapes)) expect(targets[name]!.length).toBe(shape.reduce((a, b) => a * b));
    expect([...targets.mask!]).toEqual([1, 1.5, 0]);
  });
});
