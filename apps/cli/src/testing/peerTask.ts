import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { PeerTask } from "../bench/peerMessage.ts";

const tensor = { shape: [1, 1, 1, 2], data: Float32Array.of(3, 4) };

/** A task for a peer whose module is this text, until the test ends. */
export async function peerTask(module: string): Promise<PeerTask> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-peer-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "peer.mjs");
  await writeFile(file, module);
  return {
    module: pathToFileURL(file).href,
    backend: "webgpu",
    task: "forward",
    weights: new Map([["w", tensor]]),
    x: tensor,
    target: tensor,
    learningRate: 0.5,
    python: "python3",
    validate: true,
  };
}
