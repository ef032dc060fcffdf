import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeSafetensors } from "@kindling/models";
import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { CheckpointError, loadCheckpoint, saveCheckpoint } from "./checkpointFile.node.ts";
import type { TrainingState } from "./trainingState.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-checkpoint-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const state: TrainingState = {
  epoch: 2,
  step: 130,
  loader: { epoch: 2, position: 4, seed: 1 },
  best: { step: 126, value: 0.1 + 0.2 },
  lossSums: { gt: 0.25, total: 0.5 },
  recipeDigest: "ab",
};
const tensors = new Map([
  ["student.backbone.0.weight", { shape: [2, 3], data: Float32Array.of(1, -0, Number.NaN, 3.4e38, 1e-45, Number.NEGATIVE_INFINITY) }],
  ["optimizer.m", { shape: [1], data: Float32Array.of(0.1) }],
]);

test("tensors and state come back bit for bit, and equal states give equal bytes", async () => {
  const [a, b] = [path.join(folder, "a.safetensors"), path.join(folder, "b.safetensors")];
  await saveCheckpoint(a, tensors, state);
  await saveCheckpoint(b, tensors, state);
  const loaded = await loadCheckpoint(a);
  expect(loaded.state).toEqual(state);
  expect([...loaded.tensors.keys()]).toEqual([...tensors.keys()]);
  for (const [name, { shape, data }] of tensors) {
    expect(loaded.tensors.get(name)!.shape).toEqual(shape);
    expect(new Uint32Array(loaded.tensors.get(name)!.data.slice().buffer)).toEqual(new Uint32Array(data.buffer));
  }
  expect(await readFile(a)).toEqual(await readFile(b));
});

test("a state before the first validation has no best", async () => {
  const file = path.join(folder, "first.safetensors");
  const { best: _, ...first } = state;
  await saveCheckpoint(file, tensors, first);
  expect((await loadCheckpoint(file)).state).toEqual(first);
});

test("a state that is missing, damaged, of another version or mere weights is refused with its file's name", async () => {
  const file = path.join(folder, "bad.safetensors");
  await expect(loadCheckpoint(file)).rejects.toThrow(/bad\.safetensors: nothing was saved yet/);
  await writeFile(file, "garbage");
  await expect(loadCheckpoint(file)).rejects.toThrow(CheckpointError);
  await writeFile(file, writeSafetensors(tensors));
  await expect(loadCheckpoint(file)).rejects.toThrow(/these are weights, not a training state/);
  await writeFile(file, writeSafetensors(tensors, { kindlingTrainingState: JSON.stringify({ ...state, version: 99 }) }));
  await expect(loadCheckpoint(file)).rejects.toThrow(/version 99/);
});

test("killed at any moment, a run leaves one whole state, whose tensors and step belong together", { timeout: 60_000 }, async () => {
  const program = path.join(folder, "saver.mjs");
  await build({
    stdin: {
      contents: `
        import { saveCheckpoint } from "./checkpointFile.node.ts";
        const state = ${JSON.stringify(state)};
        for (let step = 1; ; step++) {
          await saveCheckpoint(process.argv[2], new Map([["x", { shape: [500_000], data: new Float32Array(500_000).fill(step) }]]), { ...state, step });
          if (step === 1) console.log("saved");
        }`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    external: ["webgpu"],
    // What of the packages a checkpoint needs: the file format alone.
    alias: {
      "@kindling/gpu": path.resolve(import.meta.dirname, "../../gpu/src/float16.ts"),
      "@kindling/models": path.resolve(import.meta.dirname, "../../models/src/stateDict/safetensors.ts"),
    },
    outfile: program,
  });
  for (let round = 0; round < 6; round++) {
    const inner = await mkdtemp(path.join(folder, "killed-"));
    const file = path.join(inner, "last.safetensors");
    const child: ChildProcess = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout!, "data");
    await new Promise((resolve) => setTimeout(resolve, 23 * round + 1));
    child.kill("SIGKILL");
    await once(child, "exit");
    const { tensors: found, state: left } = await loadCheckpoint(file);
    expect(new Set(found.get("x")!.data)).toEqual(new Set([left.step]));
    // At most one half-written file beside it, which opening the run folder removes.
    expect((await readdir(inner)).length).toBeLessThanOrEqual(2);
  }
});
