import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { largestDifference, lossDifference } from "./largestDifference.ts";
import { peers } from "./peers.ts";
import { assertInstalled } from "./peersBench.ts";

test("the largest difference is relative to the largest value, and infinite for what cannot be compared", () => {
  expect(largestDifference([1, -4.5, 2], [1, -4, 2])).toBe(0.125);
  expect(largestDifference([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
  expect(largestDifference([Number.NaN, 1], [0, 1])).toBe(Number.POSITIVE_INFINITY);
});

test("losses that begin alike but change otherwise differ by their changes", () => {
  expect(lossDifference([2, 1.75, 1.5], [2, 1.75, 1.5])).toBe(0);
  expect(lossDifference([2, 2, 2], [2, 1.75, 1.5])).toBe(1);
  expect(lossDifference([3, 2.75, 2.5], [2, 1.75, 1.5])).toBe(0.5);
});

test("each peer is a file of bench/peers; where they are not installed the command to install them is told", async () => {
  const folder = path.join(import.meta.dirname, "../../../../bench/peers");
  expect(peers.map(({ file }) => file).filter((file) => !existsSync(path.join(folder, file)))).toEqual([]);
  expect(readdirSync(folder)).toContain("package-lock.json");
  expect(() => assertInstalled(path.join(tmpdir(), "bench/peers"))).toThrow(/not installed; run `npm ci` in .*bench\/peers/);
  const { err, status } = await kindling("bench", "--help");
  expect([err, status]).toEqual(["", 0]);
});
