/** How many bindings a kernel has: read-only storage first, then read_write storage, then one uniform buffer. */
export interface BindingCounts {
  readonly reads: number;
  readonly writes: number;
}

/** Bind group layouts by their counts, made once per device: explicit, so that bind groups fit every kernel of the same counts. */
export class LayoutCache {
  readonly #gpu: GPUDevice;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  /** The layout: bindings 0 … reads+writes−1 are storage, the next one is the uniform struct. */
  of({ reads, writes }: BindingCounts): GPUBindGroupLayout {
    const key = `${reads},${writes}`;
    let layout = this.#layouts.get(key);
    if (!layout) {
      const type = (binding: number): GPUBufferBindingType => {
        if (binding < reads) return "read-only-storage";
        return binding < reads + writes ? "storage" : "uniform";
      };
      layout = this.#gpu.createBindGroupLayout({
        label: `${reads} reads, ${writes} writes`,
        entries: Array.from({ length: reads + writes + 1 }, (_, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: type(binding) },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
