import type { Capabilities } from "./device.ts";
import type { SystemProblem } from "./systemProblems.ts";

/** What `kindling doctor` shows: plain data, fit for JSON. */
export interface SystemDescription {
  /** Name of the adapter that `openDevice` opens here, with its driver; null when there is none. */
  readonly adapter: string | null;
  readonly vendor: string;
  readonly architecture: string;
  /** The driver and its version, as the adapter tells it. */
  readonly driver: string;
  /** "vulkan", "metal", "d3d12", "browser"; "none" without an adapter. */
  readonly backend: string;
  /** Whether it runs on the processor. */
  readonly software: boolean;
  /** "system", or "embedded" for the SwiftShader of the npm package; "none" without an adapter. */
  readonly source: "system" | "embedded" | "none";
  /** Every adapter found, by name; KINDLING_ADAPTER takes any part of one. */
  readonly adapters: readonly string[];
  /** WebGPU implementation and version, "dawn-0.6.2". */
  readonly implementation: string;
  readonly fingerprint: string;
  readonly features: readonly string[];
  /** As {@link Capabilities} has them. */
  readonly subgroupMatrices: Capabilities["subgroupMatrices"];
  /** All limits of the adapter, by WebGPU's names. */
  readonly limits: Readonly<Record<string, number>>;
  readonly memory: SystemMemory;
  readonly problems: readonly SystemProblem[];
}

/** Bytes; undefined where it cannot be known. */
export interface SystemMemory {
  readonly totalBytes: number | undefined;
  readonly freeBytes: number | undefined;
  /** NVIDIA GPUs alone: WebGPU does not tell. */
  readonly gpus: readonly { readonly name: string; readonly totalBytes: number; readonly freeBytes: number }[];
}

/** A description without an adapter. */
export function describeNothing(implementation: string, memory: SystemMemory, problems: readonly SystemProblem[]): SystemDescription {
  return {
    adapter: null,
    vendor: "",
    architecture: "",
    driver: "",
    backend: "none",
    software: false,
    source: "none",
    adapters: [],
    implementation,
    fingerprint: "",
    features: [],
    subgroupMatrices: [],
    limits: {},
    memory,
    problems,
  };
}

/** Limits as plain data: `GPUSupportedLimits` has getters on its prototype, which JSON does not see. */
export function plainLimits(limits: GPUSupportedLimits): Readonly<Record<string, number>> {
  const plain: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = limits[name as keyof GPUSupportedLimits]; // enumerates the prototype's getters
    if (typeof value === "number") plain[name] = value;
  }
  return plain;
}
