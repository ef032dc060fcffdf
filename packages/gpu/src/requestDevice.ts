import { type Capabilities, Device, type SubgroupMatrix } from "./device.ts";
import type { OpenDeviceOptions } from "./openDeviceOptions.ts";

/** What an adapter does not tell about itself. */
export interface AdapterOrigin {
  /** "vulkan", "metal", "d3d12" or "browser". */
  readonly backend: string;
  /** Name and version of the WebGPU implementation, "dawn-0.6.2". */
  readonly implementation: string;
  /** Rests while a software adapter computes, where waiting for it would take processor time from it. */
  readonly slowPolling?: (waiting: () => boolean) => void;
}

/**
 * Opens the adapter's device with every feature and limit that kernels use and the adapter has. An adapter gives one device.
 * The fingerprint is a file name: vendor, architecture, device, driver and implementation in lower case, joined by hyphens.
 */
export async function requestDevice(
  adapter: GPUAdapter,
  origin: AdapterOrigin,
  { choices }: Pick<OpenDeviceOptions, "choices"> = {},
): Promise<Device> {
  const { info } = adapter;
  const fingerprint = slug([info.vendor, info.architecture, info.device, info.description, origin.implementation]);
  const measured = (await choices?.(fingerprint)) ?? new Map();
  const gpu = await adapter.requestDevice({
    label: info.description,
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, limitOf(adapter, name)])),
  });
  return new Device({
    gpu,
    capabilities: capabilitiesOf(gpu, info),
    info: {
      vendor: info.vendor,
      architecture: info.architecture,
      device: info.device,
      description: info.description,
      backend: origin.backend,
      software: info.isFallbackAdapter,
    },
    ...(info.isFallbackAdapter && origin.slowPolling ? { slowPolling: origin.slowPolling } : {}),
    fingerprint,
    choices: measured,
  });
}

/** Dawn's own name for what the proposal https://github.com/gpuweb/gpuweb/blob/main/proposals/subgroup-matrix.md describes; no type knows it yet. */
const subgroupMatrixFeature = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

const wantedFeatures: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query", subgroupMatrixFeature];

const wantedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const;

function limitOf(adapter: GPUAdapter, name: (typeof wantedLimits)[number]): number {
  const limit = adapter.limits[name];
  // Some drivers offer a million storage buffers; no kernel has more than 16 and Dawn reserves tables for what is asked.
  return Math.min(limit, name === "maxStorageBuffersPerShaderStage" ? 16 : Number.MAX_SAFE_INTEGER);
}

function capabilitiesOf(gpu: GPUDevice, info: GPUAdapterInfo): Capabilities {
  return {
    software: info.isFallbackAdapter,
    f16: gpu.features.has("shader-f16"),
    subgroups: gpu.features.has("subgroups") && { min: info.subgroupMinSize, max: info.subgroupMaxSize },
    subgroupMatrices: gpu.features.has(subgroupMatrixFeature) ? subgroupMatricesOf(info) : [],
    timestamps: gpu.features.has("timestamp-query"),
    maxStorageBuffers: gpu.limits.maxStorageBuffersPerShaderStage,
    maxBindingBytes: gpu.limits.maxStorageBufferBindingSize,
    maxBufferBytes: gpu.limits.maxBufferSize,
    maxWorkgroupStorageBytes: gpu.limits.maxComputeWorkgroupStorageSize,
    maxWorkgroupInvocations: gpu.limits.maxComputeInvocationsPerWorkgroup,
    maxWorkgroupsPerDimension: gpu.limits.maxComputeWorkgroupsPerDimension,
  };
}

/** The products of matrices that an adapter lists, as plain data. */
function subgroupMatricesOf(info: GPUAdapterInfo): readonly SubgroupMatrix[] {
  // Dawn's list belongs to no standard yet, so that the type of `info` lacks it.
  const { subgroupMatrixConfigs = [] } = info as GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrix> };
  return [...subgroupMatrixConfigs].map(({ componentType, resultComponentType, M, N, K }) => ({
    componentType,
    resultComponentType,
    M,
    N,
    K,
  }));
}

function slug(parts: readonly string[]): string {
  return parts
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "");
}
