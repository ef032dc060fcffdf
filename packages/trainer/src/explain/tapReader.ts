import { compile, Graph, type ParameterStore, type Program } from "@kindling/autograd";
import { type Device, type Shape, ShapeError } from "@kindling/gpu";
import type { HeightWidth, PoseModel } from "@kindling/models";
import { imageInput, recordImages } from "../images.ts";

/** A network on a device, and which of its inner tensors are wanted. */
export interface TapReaderOptions {
  readonly model: PoseModel;
  readonly store: ParameterStore;
  readonly input: HeightWidth;
  readonly batchSize: number;
  /** Paths below the network: `stage3.out.0`; its own name may stand before them, as in recipes (`student.stage3.out.0`). */
  readonly taps: readonly string[];
}

/** What a network computes inside, of batches of crops, in evaluation mode. */
export class TapReader implements Disposable {
  /** Of each tap, [n,h,w,c]. */
  readonly shapes: readonly Shape[];
  readonly #program: Program;

  private constructor(program: Program, shapes: readonly Shape[]) {
    this.#program = program;
    this.shapes = shapes;
  }

  /** @throws TapError listing the nearest paths when a tap names no tensor, ShapeError when it names one that is no image. */
  static async create(device: Device, { model, store, input, batchSize, taps }: TapReaderOptions): Promise<TapReader> {
    const graph = new Graph();
    model.call(recordImages(graph, batchSize, input, model.card), "eval");
    const tensors = taps.map((tap) => graph.find(tap.startsWith(`${model.path}.`) ? tap : `${model.path}.${tap}`));
    for (const [i, tensor] of tensors.entries()) {
      if (tensor.shape.length !== 4) throw new ShapeError("TapReader", `${taps[i]} is no image [n,h,w,c]`, tensor);
    }
    const outputs = Object.fromEntries(tensors.map((tensor, i) => [String(i), tensor]));
    return new TapReader(
      await compile(graph, device, { store, outputs }),
      tensors.map(({ shape }) => shape),
    );
  }

  /** Values of each tap for a batch of crops (RGBA bytes). */
  async read(image: Uint8Array<ArrayBuffer>): Promise<readonly Float32Array[]> {
    this.#program.write(imageInput, image);
    this.#program.run();
    return Promise.all(this.shapes.map((_, i) => this.#program.read(String(i))));
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}
