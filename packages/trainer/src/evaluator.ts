import type { ParameterStore } from "@kindling/autograd";
import { add, compile, fill, Graph, type Program, scaleBy } from "@kindling/autograd";
import type { Batch, DataLoader, Dataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { heatmapsOf, type PoseModel } from "@kindling/models";
import { boxNorm, cropOfBox, decodeHeatmaps, invertAffine, type PckSample, pck, transformKeypoints } from "@kindling/pose";
import { imageInput, recordImages } from "./images.ts";
import { lossOf } from "./losses/lossOf.ts";
import type { LossTerm } from "./recipe.ts";
import type { SampleTile } from "./sampleTile.ts";

/** The network and the sizes of its batches. */
export interface EvaluatorOptions {
  readonly model: PoseModel;
  readonly store: ParameterStore;
  readonly joints: number;
  /** [height, width] */
  readonly input: readonly [number, number];
  readonly heatmap: readonly [number, number];
  readonly batchSize: number;
  /** How activations are stored; default f32. */
  readonly precision?: "f32" | "f16";
  /** Terms of the validation loss; those that look at a teacher are left out. */
  readonly losses: readonly LossTerm[];
}

/** Key points of one sample. */
export interface Prediction {
  /** Place in the dataset's samples. */
  readonly sample: number;
  /** [k·3]: x, y in the image's pixels, and the heatmap's peak as score. */
  readonly keypoints: Float64Array;
}

/** What an evaluation found. */
export interface Evaluation {
  /** Fraction 0–1, mean over the joints that are labelled somewhere. */
  readonly pck: number;
  /** Per joint, null where none is labelled. */
  readonly perJoint: readonly (number | null)[];
  /** Labelled joints that were counted, per joint. */
  readonly counts: readonly number[];
  /** Weighted ground-truth loss per visible joint and pixel; absent without ground-truth terms. */
  readonly loss?: number;
  readonly predictions: readonly Prediction[];
  /** The first few crops with labels and predictions. */
  readonly tiles: readonly SampleTile[];
}

/** One evaluation over a dataset. */
export interface EvaluateOptions {
  readonly dataset: Dataset;
  readonly loader: DataLoader;
  /** PCK counts a joint nearer than this fraction of the longer side of the person's box. */
  readonly threshold: number;
  /** One weight a term of `losses`. */
  readonly lossWeights: readonly number[];
  /** Crops to keep for pictures. */
  readonly tiles?: number;
  readonly onBatch?: (done: number) => void;
}

/** A network in evaluation mode, compiled once for batches of one size. */
export class Evaluator implements Disposable {
  readonly #program: Program;
  readonly #options: EvaluatorOptions;
  readonly #hasLoss: boolean;

  private constructor(program: Program, options: EvaluatorOptions, hasLoss: boolean) {
    this.#program = program;
    this.#options = options;
    this.#hasLoss = hasLoss;
  }

  static async create(device: Device, options: EvaluatorOptions): Promise<Evaluator> {
    const { model, store, joints, input, heatmap, batchSize, losses, precision } = options;
    const graph = new Graph();
    const heatmaps = heatmapsOf(model, recordImages(graph, batchSize, input, model.card, precision), "eval");
    const terms = losses.map((term, index) => ({ term, index })).filter(({ term }) => "against" in term && term.against === "groundTruth");
    if (terms.length === 0) return new Evaluator(await compile(graph, device, { store, outputs: { heatmaps } }), options, false);
    const context = {
      student: heatmaps,
      target: graph.input("target", [batchSize, ...heatmap, joints], "f32"),
      mask: graph.input("mask", [batchSize, joints], "f32"),
      everyJoint: () => fill(graph, [batchSize, joints], 1),
      tap: (path: string) => graph.find(path),
      adapters: new Map(),
    };
    const weights = graph.input("lossWeights", [losses.length], "f32");
    const loss = terms.map(({ term, index }) => scaleBy(lossOf(term, context), weights, index)).reduce(add);
    return new Evaluator(await compile(graph, device, { store, outputs: { heatmaps, loss } }), options, true);
  }

  /** Heatmaps [n,h,w,k] of a batch. */
  async heatmaps(image: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
    this.#program.write(imageInput, image);
    this.#program.run();
    return this.#program.read("heatmaps");
  }

  /** Runs the whole loader (an evaluation loader: in order, padded) and measures. @throws ImageError for a broken image. */
  async evaluate(options: EvaluateOptions): Promise<Evaluation> {
    const { dataset, loader, threshold, lossWeights } = options;
    const predictions: Prediction[] = [];
    const measured: PckSample[] = [];
    const tiles: SampleTile[] = [];
    let [lossSum, visible] = [0, 0];
    for await (const batch of loader) {
      if (this.#hasLoss) {
        this.#program.write("target", batch.target);
        this.#program.write("mask", batch.mask);
        this.#program.write("lossWeights", Float32Array.from(lossWeights));
      }
      const heatmaps = await this.heatmaps(batch.image);
      if (this.#hasLoss) {
        const joints = batch.mask.reduce((sum, weight) => sum + weight, 0);
        lossSum += (await this.#program.read("loss"))[0]! * joints;
        visible += joints;
      }
      for (let i = 0; i < batch.valid; i++) {
        const prediction = this.#decode(dataset, batch, i, heatmaps);
        const { keypoints: truth, box } = dataset.samples[prediction.sample]!;
        predictions.push(prediction);
        measured.push({ predicted: prediction.keypoints, truth, norm: boxNorm(box) });
        if (tiles.length < (options.tiles ?? 0)) tiles.push(this.#tile(dataset, batch, i, prediction));
      }
      options.onBatch?.(predictions.length);
    }
    const result = pck(measured, threshold);
    return {
      pck: result.pck,
      perJoint: result.perJoint,
      counts: result.counts,
      ...(this.#hasLoss ? { loss: visible > 0 ? lossSum / visible : 0 } : {}),
      predictions,
      tiles,
    };
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }

  #decode(dataset: Dataset, batch: Batch, i: number, heatmaps: Float32Array): Prediction {
    const { heatmap, joints } = this.#options;
    const sample = batch.indices[i]!;
    const size = heatmap[0] * heatmap[1] * joints;
    const keypoints = decodeHeatmaps(heatmaps.subarray(i * size, (i + 1) * size), {
      heatmap: sizeOfPair(heatmap),
      joints,
      input: sizeOfPair(this.#options.input),
      toImage: invertAffine(cropOfBox(dataset.samples[sample]!.box, sizeOfPair(this.#options.input))),
    });
    return { sample, keypoints };
  }

  #tile(dataset: Dataset, batch: Batch, i: number, { sample, keypoints }: Prediction): SampleTile {
    const [height, width] = this.#options.input;
    const { box, keypoints: truth } = dataset.samples[sample]!;
    const toCrop = cropOfBox(box, { width, height });
    return {
      rgba: batch.image.slice(i * height * width * 4, (i + 1) * height * width * 4),
      width,
      height,
      truth: transformKeypoints(toCrop, truth),
      predicted: transformKeypoints(toCrop, keypoints),
    };
  }
}

function sizeOfPair([height, width]: readonly [number, number]): { height: number; width: number } {
  return { height, width };
}
