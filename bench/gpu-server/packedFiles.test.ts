import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const repository = path.join(import.meta.dirname, "../..");
const script = `
  import { packedFiles } from ${JSON.stringify(path.join(import.meta.dirname, "packedFiles.mjs"))};
  console.log(JSON.stringify(packedFiles(${JSON.stringify(repository)}, "linux-x64")));`;
const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", maxBuffer: 2 ** 26 });
const files: readonly { from: string; to: string }[] = JSON.parse(stdout || "[]");
const places = files.map(({ to }) => to);

test("a pack holds what verify, demo and train read, and what they compute with", () => {
  expect(stderr).toBe("");
  expect(places).toEqual(
    expect.arrayContaining([
      "package.json",
      "recipes/demo/teacher.safetensors",
      "test/golden/ops/index.json",
      "bench/gpu-server/student.yaml",
      "bench/pytorch/networks.py",
      "bench/pytorch/steps.py",
      "node_modules/webgpu/dist/linux-x64/dawn.node",
      "node_modules/sharp/package.json",
      "node_modules/commander/package.json",
    ]),
  );
});

test("every file is there and has one place below the pack's folder", () => {
  expect(new Set(places).size).toBe(places.length);
  for (const { from, to } of files) {
    expect(existsSync(from), from).toBe(true);
    expect(path.isAbsolute(to) || to.startsWith(".."), to).toBe(false);
  }
});

test("Dawn comes for one platform, Chromium and what only compilers read stay away", () => {
  expect(places.filter((place) => place.endsWith("dawn.node"))).toEqual(["node_modules/webgpu/dist/linux-x64/dawn.node"]);
  expect(places.filter((place) => /chromium\.br$|\.d\.[cm]?ts$|\.map$|\/esbuild\//.test(place))).toEqual([]);
});
