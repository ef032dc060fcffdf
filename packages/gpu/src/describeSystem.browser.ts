import { browserVersion, whyNoWebGpu } from "./openDevice.browser.ts";
import { requestDevice } from "./requestDevice.ts";
import { describeNothing, plainLimits, type SystemDescription, type SystemMemory } from "./systemDescription.ts";
import type { SystemProblem } from "./systemProblems.ts";

/** Describes the adapter that `openDevice()` would open in this browser, and what could be better about it. */
export async function describeSystem(): Promise<SystemDescription> {
  const gpu: GPU | undefined = navigator.gpu; // absent in insecure pages and older browsers
  const adapter = (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? null;
  const implementation = browserVersion();
  const memory: SystemMemory = { totalBytes: undefined, freeBytes: undefined, gpus: [] };
  if (!adapter) {
    const problem: SystemProblem = gpu
      ? { what: "this browser has WebGPU but found no GPU for it", fix: "see chrome://gpu, or start Chrome with --enable-unsafe-webgpu" }
      : { what: "no WebGPU", fix: whyNoWebGpu() };
    return describeNothing(implementation, memory, [problem]);
  }
  const { info } = adapter;
  const name = [info.vendor, info.architecture, info.device].filter((part) => part !== "").join(" ");
  const features = [...adapter.features].sort();
  const limits = plainLimits(adapter.limits);
  using device = await requestDevice(adapter, { backend: "browser", implementation });
  const problems: SystemProblem[] = [];
  if (info.isFallbackAdapter)
    problems.push({
      what: "this browser computes on the processor",
      fix: "enable hardware acceleration in its settings and see chrome://gpu",
    });
  return {
    adapter: name,
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    backend: "browser",
    software: info.isFallbackAdapter,
    source: "system",
    adapters: [name],
    implementation,
    fingerprint: device.fingerprint,
    features,
    subgroupMatrices: device.capabilities.subgroupMatrices,
    limits,
    memory,
    problems,
  };
}
