import { expect, test } from "vitest";
import { interleave } from "./interleave.ts";

test("contestants take turns, and each has its own samples", async () => {
  const turns: string[] = [];
  const contestant = (name: string) => ({ name, sample: async () => turns.push(name) });
  const samples = await interleave([contestant("a"), contestant("b")], { rounds: 3, seconds: 10 });
  expect(turns.join("")).toBe("ababab");
  expect(samples).toEqual([
    [1, 3, 5],
    [2, 4, 6],
  ]);
});

test("one that takes too long has fewer samples, but one at least; an abort ends all", async () => {
  const slow = { name: "slow", sample: () => new Promise<number>((resolve) => setTimeout(resolve, 20, 1)) };
  const quick = { name: "quick", sample: async () => 0 };
  const [first, second] = await interleave([slow, quick], { rounds: 4, seconds: 0.001 });
  expect([first!.length, second!.length]).toEqual([1, 4]);
  await expect(interleave([quick], { rounds: 1, seconds: 1, signal: AbortSignal.abort() })).rejects.toThrow("aborted");
});
