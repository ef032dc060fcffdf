import { expect, test } from "vitest";
import { byLayer, floorOf } from "./floor.ts";

test("a floor is the sum over calls of the longer of arithmetic and memory, not the longer of the sums", () => {
  const computing = { flops: 8e9, bytes: 1e9 };
  const moving = { flops: 1e9, bytes: 6e9 };
  const floor = floorOf([computing, moving], { gflops: 2, gigabytesPerSecond: 4 });
  expect(floor).toEqual({ kernels: 2, gflop: 9, megabytes: 7000, milliseconds: 4000 + 1500, bound: "arithmetic" });
  expect(floorOf([moving, moving], { gflops: 2, gigabytesPerSecond: 4 })).toMatchObject({ milliseconds: 3000, bound: "memory" });
});

test("layers are cut to the depth that makes few enough rows, and every call is in one", () => {
  const kernels = ["a.b.c", "a.b.d", "a.e", "f", "", "a.b.c"].map((layer, i) => ({ layer, kernel: "mse", i }));
  const rows = (most: number) => [...byLayer(kernels, most)].map(([name, calls]) => [name, calls.map(({ i }) => i)]);
  expect(rows(5)).toEqual([
    ["a.b.c", [0, 5]],
    ["a.b.d", [1]],
    ["a.e", [2]],
    ["f", [3]],
    ["(mse)", [4]],
  ]);
  expect(rows(4)).toEqual([
    ["a.b", [0, 1, 5]],
    ["a.e", [2]],
    ["f", [3]],
    ["(mse)", [4]],
  ]);
  expect(rows(1)).toEqual([
    ["a", [0, 1, 2, 5]],
    ["f", [3]],
    ["(mse)", [4]],
  ]);
});
