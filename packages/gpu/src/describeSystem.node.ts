import { spawnSync } from "node:child_process";
import os from "node:os";
import { type AdapterWish, adapterWish } from "./adapterWish.ts";
import { dawnBackend, dawnVersion } from "./dawn.node.ts";
import { NoAdapterError } from "./errors.ts";
import { type FoundAdapter, findAdapter, systemAdapterNames } from "./findAdapter.node.ts";
import { requestDevice } from "./requestDevice.ts";
import { describeNothing, plainLimits, type SystemDescription, type SystemMemory } from "./systemDescription.ts";
import { systemFacts } from "./systemFacts.node.ts";
import { type SystemFacts, type SystemProblem, systemProblems, whyNoAdapter } from "./systemProblems.ts";

/** Describes the adapter that `openDevice()` would open and what could be better about it. Never throws for a missing adapter: that is its first problem. */
export async function describeSystem(): Promise<SystemDescription> {
  const wish = adapterWish(undefined, process.env.KINDLING_ADAPTER);
  const facts = systemFacts();
  let found: FoundAdapter | undefined;
  let adapters: readonly string[] = [];
  const refused: SystemProblem[] = [];
  try {
    found = await findAdapter(wish, true);
    adapters = await systemAdapterNames();
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    refused.push({ what: error.message, fix: "do what this sentence says, then run kindling doctor again" });
  }
  if (!found) {
    const problems = refused.length > 0 ? [...refused, ...systemProblems(facts, undefined)] : problemsWithout(wish, facts, adapters);
    return { ...describeNothing(dawnVersion(), memory(), problems), adapters };
  }

  const { adapter, embedded } = found;
  const { info } = adapter;
  const features = [...adapter.features].sort();
  const limits = plainLimits(adapter.limits);
  using device = await requestDevice(adapter, { backend: dawnBackend, implementation: dawnVersion() });
  return {
    adapter: embedded ? embeddedName : displayName(info, adapters),
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    backend: dawnBackend,
    software: info.isFallbackAdapter,
    source: embedded ? "embedded" : "system",
    adapters: embedded ? [...adapters, embeddedName] : adapters,
    implementation: dawnVersion(),
    fingerprint: device.fingerprint,
    features,
    subgroupMatrices: device.capabilities.subgroupMatrices,
    limits,
    memory: memory(),
    problems: systemProblems(facts, { software: info.isFallbackAdapter, embedded: embedded !== undefined }),
  };
}

function problemsWithout(wish: AdapterWish, facts: SystemFacts, adapters: readonly string[]): readonly SystemProblem[] {
  const problems = systemProblems(facts, undefined);
  if (wish.kind === "any") return problems;
  return [{ what: whyNoAdapter(wish, facts, adapters), fix: "unset KINDLING_ADAPTER" }, ...problems];
}

const embeddedName = "SwiftShader (embedded)";

/** The adapter's name as the driver writes it: WebGPU's `device` has hyphens for everything that is no letter or digit. */
function displayName(info: GPUAdapterInfo, names: readonly string[]): string {
  return names.find((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-") === info.device) ?? info.device;
}

function memory(): SystemMemory {
  return { totalBytes: os.totalmem(), freeBytes: os.freemem(), gpus: nvidiaGpus() };
}

/** From nvidia-smi; empty where there is none. */
function nvidiaGpus(): SystemMemory["gpus"] {
  const { status, stdout } = spawnSync("nvidia-smi", ["--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"], {
    encoding: "utf8",
    timeout: 10_000,
  });
  if (status !== 0) return [];
  const mebibyte = 2 ** 20;
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.split(", "))
    .map(([name = "", total, free]) => ({ name, totalBytes: Number(total) * mebibyte, freeBytes: Number(free) * mebibyte }))
    .filter(({ totalBytes }) => Number.isFinite(totalBytes)); // "[N/A]" where processor and GPU share memory
}
