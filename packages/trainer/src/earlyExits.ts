import { compile, Graph, type ParameterStore, type Program } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { type ExitCosts, exitCosts, type HeightWidth, outputsOf, type PoseModel } from "@kindling/models";
import type { Affine, CropRule } from "@kindling/pose";
import { imageInput, recordImages } from "./images.ts";
import { NetworkError } from "./networkError.ts";
import { type PoseDecoder, type PoseReading, poseDecoder } from "./poseDecoder.ts";

/** A network with several exits on a device, and its input. */
export interface EarlyExitsOptions extends PoseReading {
  readonly model: PoseModel;
  readonly store: ParameterStore;
  /** [height, width] */
  readonly input: HeightWidth;
}

/** One person's key points, and where the network was left. */
export interface ExitPrediction {
  /** Place in {@link EarlyExits.costs}. */
  readonly exit: number;
  /** Of that exit ({@link exitConfidence}). */
  readonly confidence: number;
  /** [k·3]: x, y in the image's pixels, and the peak as score. */
  readonly keypoints: Float64Array;
}

/** A network with several exits that runs one crop at a time, and no further than the first exit that is confident. */
export class EarlyExits implements Disposable {
  /** The exits in the order in which they are reached. */
  readonly costs: readonly ExitCosts[];
  readonly #program: Program;
  readonly #decoder: PoseDecoder;

  private constructor(program: Program, decoder: PoseDecoder, costs: readonly ExitCosts[]) {
    this.#program = program;
    this.#decoder = decoder;
    this.costs = costs;
  }

  /** @throws NetworkError for a network with one exit or none. */
  static async create(device: Device, options: EarlyExitsOptions): Promise<EarlyExits> {
    const { model, store, input } = options;
    const costs = exitCosts(model, input);
    if (costs.length < 2) throw new NetworkError(`${model.card.name} has no early exits; networks named multi-hrnet-wN have`);
    const graph = new Graph();
    const heads = outputsOf(model, recordImages(graph, 1, input, model.card), "eval");
    const outputs = Object.fromEntries(costs.map(({ name }, i) => [name, heads[i]!]));
    return new EarlyExits(await compile(graph, device, { store, outputs }), poseDecoder(model.card, input, options), costs);
  }

  /** By which rule crops are cut for the network. */
  get warp(): CropRule {
    return this.#decoder.warp;
  }

  /**
   * Runs a crop (RGBA bytes) until the first exit whose confidence reaches `threshold`, or to the last one: 0 leaves at the first, infinity at the last.
   * `toImage` maps the crop to the image.
   */
  async predict(image: Uint8Array<ArrayBuffer>, toImage: Affine, threshold: number): Promise<ExitPrediction> {
    this.#program.write(imageInput, image);
    for (let exit = 0; ; exit++) {
      const [before, { name: until }] = [this.costs[exit - 1], this.costs[exit]!]; // the last one ends the loop
      this.#program.run(before ? { after: before.name, until } : { until });
      const keypoints = this.#decoder.decode([await this.#program.read(until)], toImage);
      const confidence = exitConfidence(keypoints);
      if (confidence >= threshold || exit === this.costs.length - 1) return { exit, confidence, keypoints };
    }
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}

/** How sure an exit is of its key points [k·3]: the mean of the heatmaps' peaks, where one that is not positive counts as 0. */
export function exitConfidence(keypoints: Float64Array): number {
  let sum = 0;
  for (let at = 2; at < keypoints.length; at += 3) sum += Math.max(0, keypoints[at]!);
  return sum / (keypoints.length / 3);
}

/** Place of the exit where a person with these confidences leaves, as {@link EarlyExits.predict} decides. */
export function leavingExit(confidences: readonly number[], threshold: number): number {
  const confident = confidences.findIndex((confidence) => confidence >= threshold);
  return confident < 0 ? confidences.length - 1 : confident;
}
