import { createRandom, type ImagePckSample } from "@kindling/pose";
import { expect, test } from "vitest";
import { compareArms, verdictText } from "./comparison.ts";

/** A run on 80 images of a person with two joints, each found with the probability. */
function run(probability: number, seed: number): readonly ImagePckSample[] {
  const random = createRandom(seed);
  const at = (): number => (random() < probability ? 0 : 9);
  return Array.from({ length: 80 }, (_, imageId) => ({
    imageId,
    predicted: [at(), 0, 1, at(), 0, 1],
    truth: [0, 0, 2, 0, 0, 2],
    norm: 10,
  }));
}

const runs = (probability: number, from: number, seeds = 3) => Array.from({ length: seeds }, (_, i) => run(probability, from + i));

test("an arm that finds far more helps, one that finds far fewer hurts, and two of the same chance cannot be told apart", () => {
  const arms = [
    { name: "base", runs: runs(0.5, 1) },
    { name: "good", runs: runs(0.8, 11) },
    { name: "bad", runs: runs(0.2, 21) },
    { name: "same", runs: runs(0.5, 31) },
  ];
  const compared = compareArms(arms, 0.5);
  expect(compared.differences.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["good", "helps"],
    ["bad", "hurts"],
    ["same", "cannot be told apart"],
  ]);
  for (const { overSeeds, overImages, perJoint } of compared.differences) {
    expect(overSeeds!.value).toBeCloseTo(overImages.value, 12);
    expect((perJoint[0]!.value + perJoint[1]!.value) / 2).toBeCloseTo(overImages.value, 12);
  }
  expect(verdictText(compared)).toMatch(
    /^good helps against base \(difference \+\d.* over images, .* over 3 seeds\)\. bad hurts .*−.* same cannot be told apart from base/,
  );
});

test("seeds that disagree keep a difference over images from being believed", () => {
  const base = [run(0.5, 1), run(0.5, 2)];
  const compared = compareArms(
    [
      { name: "base", runs: base },
      { name: "lucky", runs: [run(0.95, 3), run(0.5, 4)] },
    ],
    0.5,
  );
  const [lucky] = compared.differences;
  expect(lucky!.overImages.low).toBeGreaterThan(0);
  expect(lucky!.overSeeds!.low).toBeLessThan(0);
  expect(lucky!.verdict).toBe("cannot be told apart");
});

test("one seed: intervals over images, and the verdict says that it is one", () => {
  const compared = compareArms(
    [
      { name: "base", runs: runs(0.5, 1, 1) },
      { name: "good", runs: runs(0.9, 2, 1) },
    ],
    0.5,
  );
  expect(compared.differences[0]).toMatchObject({ overSeeds: null, verdict: "helps" });
  expect(compared.arms[0]!.low).toBeLessThan(compared.arms[0]!.mean);
  expect(verdictText(compared)).toContain("one seed: another may say otherwise");
});
