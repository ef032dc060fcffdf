import { DeviceLostError, GpuValidationError, LimitError } from "./errors.ts";
import { LayoutCache } from "./layouts.ts";
import { PipelineCache } from "./pipelines.ts";

/** A product of matrices that a subgroup computes as one instruction ("tensor cores"): M × K times K × N, added to M × N. */
export interface SubgroupMatrix {
  /** Of the factors: "f16", "f32", "i8", … */
  readonly componentType: string;
  /** Of the sum. */
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What kernels may rely on; everything here was requested from the adapter and granted. */
export interface Capabilities {
  /** Runs on the processor (SwiftShader, lavapipe, WARP): workgroup memory is cached memory there, and barriers cost thread switches. */
  readonly software: boolean;
  readonly f16: boolean;
  readonly subgroups: false | { readonly min: number; readonly max: number };
  /** Empty where the adapter has none. */
  readonly subgroupMatrices: readonly SubgroupMatrix[];
  readonly timestamps: boolean;
  readonly maxStorageBuffers: number;
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  readonly maxWorkgroupStorageBytes: number;
  readonly maxWorkgroupInvocations: number;
  readonly maxWorkgroupsPerDimension: number;
}

/** How people read it: "f16 → f32 16×16×16". */
export function subgroupMatrixText({ componentType, resultComponentType, M, N, K }: SubgroupMatrix): string {
  return `${componentType} → ${resultComponentType} ${M}×${N}×${K}`;
}

/** Who computes: as `kindling doctor` and run.json show it. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** "vulkan", "metal", "d3d12", … or "browser". */
  readonly backend: string;
  /** Runs on the processor (SwiftShader, lavapipe, WARP). */
  readonly software: boolean;
}

/**
 * The variants of kernels that were measured to be the fastest on an adapter: by call, then by the hash of the sources that took part. The
 * kernels package makes the keys and reads them; a device only carries the map, so that whatever is compiled for it finds what was measured.
 */
export type VariantChoices = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Parts of an opened device. */
export interface DeviceParts {
  readonly gpu: GPUDevice;
  readonly capabilities: Capabilities;
  readonly info: AdapterInfo;
  readonly fingerprint: string;
  readonly choices: VariantChoices;
  /** Rests between two looks at the GPU for as long as the argument says so; absent where waiting costs nothing (see slowPolling). */
  readonly slowPolling?: (waiting: () => boolean) => void;
}

/** An opened adapter. Everything that lives as long as it (pipelines, layouts) is cached here. */
export class Device implements Disposable {
  readonly gpu: GPUDevice;
  readonly capabilities: Capabilities;
  readonly info: AdapterInfo;
  /** Vendor, architecture, driver and implementation version: the key of tuned choices. */
  readonly fingerprint: string;
  /** What was measured on this adapter; empty where the rule of thumb of each kernel decides alone. */
  readonly choices: VariantChoices;
  /** Settles with the reason when the device is gone; never rejects. */
  readonly lost: Promise<DeviceLostError>;
  readonly pipelines: PipelineCache;
  readonly layouts: LayoutCache;
  readonly #slowPolling: DeviceParts["slowPolling"];
  #failure: Error | undefined;
  #waits = 0;
  #slowed = false;

  constructor(parts: DeviceParts) {
    this.gpu = parts.gpu;
    this.capabilities = parts.capabilities;
    this.info = parts.info;
    this.fingerprint = parts.fingerprint;
    this.choices = parts.choices;
    this.#slowPolling = parts.slowPolling;
    this.lost = parts.gpu.lost.then((info) => {
      const error = new DeviceLostError(info.reason, info.message);
      this.#failure ??= error;
      return error;
    });
    parts.gpu.addEventListener("uncapturederror", ({ error }) => {
      this.#failure ??=
        error instanceof GPUOutOfMemoryError
          ? new LimitError(`the adapter has no memory left (${error.message}): use a smaller batch or input`)
          : new GpuValidationError(error.message);
    });
    this.layouts = new LayoutCache(parts.gpu);
    this.pipelines = new PipelineCache(parts.gpu, this.layouts);
  }

  /** @throws the first error that the device reported outside any call: a validation error, a LimitError where memory ran out, or its loss. */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when all submitted work is done. @throws as {@link throwIfFailed}. */
  async idle(): Promise<void> {
    await this.wait(this.gpu.queue.onSubmittedWorkDone());
    this.throwIfFailed();
  }

  /** Awaits an answer of the GPU without taking processor time from a software adapter. */
  async wait<T>(answer: Promise<T>): Promise<T> {
    this.#waits++;
    this.#slowDown();
    try {
      return await answer;
    } finally {
      this.#waits--;
    }
  }

  /** Rests between turns until nothing is awaited. One rest a turn: a wait that begins just after another ended goes on with that one's. */
  #slowDown(): void {
    if (this.#slowed) return;
    this.#slowed = true;
    this.#slowPolling?.(() => {
      this.#slowed = this.#waits > 0;
      return this.#slowed;
    });
  }

  /** A buffer for kernels: storage, copied from and to. Zeroed by WebGPU. */
  createStorageBuffer(bytes: number, label: string): GPUBuffer {
    return this.gpu.createBuffer({
      label,
      size: bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }

  /** Copies whole buffers of equal size, after all work submitted so far. */
  copyBuffers(pairs: Iterable<readonly [from: GPUBuffer, to: GPUBuffer]>): void {
    const encoder = this.gpu.createCommandEncoder();
    for (const [from, to] of pairs) encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    this.gpu.queue.submit([encoder.finish()]);
  }

  /** A buffer for the uniform structs of dispatches. */
  createUniformBuffer(bytes: number, label: string): GPUBuffer {
    return this.gpu.createBuffer({ label, size: bytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  }

  [Symbol.dispose](): void {
    this.gpu.destroy();
  }
}
