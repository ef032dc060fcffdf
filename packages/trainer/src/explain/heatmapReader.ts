import { compile, Graph, type ParameterStore, type Program } from "@kindling/autograd";
import type { Device, Shape } from "@kindling/gpu";
import { type HeightWidth, heatmapsOf, type PoseModel } from "@kindling/models";
import { imageInput, recordImages } from "../images.ts";

/** A network on a device, and the crops that it will see. */
export interface HeatmapReaderOptions {
  readonly model: PoseModel;
  readonly store: ParameterStore;
  readonly input: HeightWidth;
  readonly batchSize: number;
}

/** The heatmaps that a network predicts with, of batches of crops, in evaluation mode. */
export class HeatmapReader implements Disposable {
  /** [n,h,w,k] */
  readonly shape: Shape;
  readonly #program: Program;

  private constructor(program: Program, shape: Shape) {
    this.#program = program;
    this.shape = shape;
  }

  /** @throws ModelError for a network without heatmaps. */
  static async create(device: Device, { model, store, input, batchSize }: HeatmapReaderOptions): Promise<HeatmapReader> {
    const graph = new Graph();
    const heatmaps = heatmapsOf(model, recordImages(graph, batchSize, input, model.card), "eval");
    return new HeatmapReader(await compile(graph, device, { store, outputs: { heatmaps } }), heatmaps.shape);
  }

  /** Heatmaps [n,h,w,k] of a batch of crops (RGBA bytes). */
  async read(image: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
    this.#program.write(imageInput, image);
    this.#program.run();
    return this.#program.read("heatmaps");
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}
