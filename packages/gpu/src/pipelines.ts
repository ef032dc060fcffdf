import { ShaderError } from "./errors.ts";
import type { BindingCounts, LayoutCache } from "./layouts.ts";

/** Compute pipelines by their source text, made once per device. */
export class PipelineCache {
  readonly #gpu: GPUDevice;
  readonly #layouts: LayoutCache;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(gpu: GPUDevice, layouts: LayoutCache) {
    this.#gpu = gpu;
    this.#layouts = layouts;
  }

  /** Pipelines made so far. */
  get size(): number {
    return this.#pipelines.size;
  }

  /**
   * The pipeline of a source whose entry point is `main`, compiled off the thread.
   * @throws ShaderError with the compiler's messages at the lines of `source`, or with what the adapter has too little of.
   */
  get(label: string, source: string, counts: BindingCounts): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(source);
    if (!pipeline) {
      pipeline = this.#compile(label, source, counts);
      this.#pipelines.set(source, pipeline);
    }
    return pipeline;
  }

  async #compile(label: string, source: string, counts: BindingCounts): Promise<GPUComputePipeline> {
    this.#gpu.pushErrorScope("validation");
    const module = this.#gpu.createShaderModule({ label, code: source });
    const scope = this.#gpu.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    await scope;
    if (messages.some((message) => message.type === "error")) throw new ShaderError(label, source, messages);
    const layout = this.#gpu.createPipelineLayout({ label, bindGroupLayouts: [this.#layouts.of(counts)] });
    try {
      return await this.#gpu.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: "main" } });
    } catch (error) {
      throw error instanceof GPUPipelineError ? new ShaderError(label, source, error.message) : error;
    }
  }
}
