import type { ParameterStore } from "@kindling/autograd";
import { add, compile, fill, Graph, type Program, scaleBy, type Tensor } from "@kindling/autograd";
import type { Batch, DataLoader, Dataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { type ModelCard, outputsOf, type PoseModel } from "@kindling/models";
import {
  type Affine,
  boxNorm,
  type CropRule,
  type CropShape,
  cropOfBox,
  evaluateOks,
  flipPermutation,
  type HeatmapDecoding,
  invertAffine,
  meanOf,
  mirrorImage,
  type OksEvaluation,
  type PckSample,
  type PoseDetection,
  pck,
  type Skeleton,
  type TargetCodec,
  targetShapes,
  transformKeypoints,
} from "@kindling/pose";
import { imageInput, recordImages } from "./images.ts";
import { lossOf } from "./losses/lossOf.ts";
import type { LossTerm } from "./losses/lossTerm.ts";
import { nameOutputs } from "./losses/nameOutputs.ts";
import { validationTerm } from "./losses/validationTerm.ts";
import { type PoseDecoder, poseDecoder } from "./poseDecoder.ts";
import { oksOptionsOf, poseDetections } from "./poseDetections.ts";
import type { SampleTile } from "./sampleTile.ts";

/** The network and the sizes of its batches. */
export interface EvaluatorOptions {
  readonly model: PoseModel;
  readonly store: ParameterStore;
  /** [height, width] */
  readonly input: readonly [number, number];
  readonly batchSize: number;
  /** How activations are stored; default f32. */
  readonly precision?: "f32" | "f16";
  /** Terms of the validation loss (`validationTerm`); those that look at a teacher, or at an output that the network does not have, are left out. */
  readonly losses: readonly LossTerm[];
  /**
   * What the network was trained with, by which crops are cut and key points read; the loss is measured against such targets of the loader. Absent:
   * no loss, and key points are read as `PoseReading` says.
   */
  readonly codec?: TargetCodec;
  /** What crops show of the image; default padded. The loader's must be the same. */
  readonly crop?: CropShape;
  /** How crops become its input; default as its card says. */
  readonly normalization?: ModelCard["input"];
  /** Rule by which key points are read; default "quarter" for heatmaps, "argmax" for SimCC. */
  readonly decoding?: HeatmapDecoding;
  /** The flip test: the network looks at the mirrored crop too, and what it says is averaged. Joints change places as in this skeleton. */
  readonly flip?: Skeleton;
  /** Also reads what every exit of a multi-output network says; default no. */
  readonly everyExit?: boolean;
}

/** Key points of one sample. */
export interface Prediction {
  /** Place in the dataset's samples. */
  readonly sample: number;
  /** [k·3]: x, y in the image's pixels, and the peak as score. */
  readonly keypoints: Float64Array;
  /** The same of every exit, in the order of the network's outputs; with {@link EvaluatorOptions.everyExit}. */
  readonly exits?: readonly Float64Array[];
}

/** What an evaluation found. */
export interface Evaluation {
  /** Fraction 0–1, mean over the joints that are labelled somewhere. */
  readonly pck: number;
  /** Per joint, null where none is labelled. */
  readonly perJoint: readonly (number | null)[];
  /** Labelled joints that were counted, per joint. */
  readonly counts: readonly number[];
  /** Weighted ground-truth loss per visible joint and pixel, of scenes per image; absent without ground-truth terms. */
  readonly loss?: number;
  /** COCO's numbers, with {@link EvaluateOptions.oks}; of networks that find all persons always. */
  readonly oks?: OksEvaluation;
  /** Of persons in boxes; none of a network that finds all persons. */
  readonly predictions: readonly Prediction[];
  /** What a network that finds all persons found; absent of others. */
  readonly detections?: readonly PoseDetection[];
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
  /** Also measures by OKS, against all annotated persons of the dataset; default no. */
  readonly oks?: boolean;
  /** Crops to keep for pictures. */
  readonly tiles?: number;
  readonly onBatch?: (done: number) => void;
}

/** A network in evaluation mode, compiled once for batches of one size. */
export class Evaluator implements Disposable {
  readonly #program: Program;
  readonly #decoder: PoseDecoder;
  readonly #options: EvaluatorOptions;
  readonly #hasLoss: boolean;
  /** Of the joints in a mirrored crop; null without the flip test. */
  readonly #permutation: readonly number[] | null;

  private constructor(program: Program, decoder: PoseDecoder, options: EvaluatorOptions, hasLoss: boolean) {
    this.#program = program;
    this.#decoder = decoder;
    this.#options = options;
    this.#hasLoss = hasLoss;
    this.#permutation = options.flip ? flipPermutation(options.flip) : null;
  }

  /** @throws NetworkError for a network that does not put out one person's key points, or whose outputs cannot be read so. */
  static async create(device: Device, options: EvaluatorOptions): Promise<Evaluator> {
    const { model, store, input, batchSize, losses, codec, precision } = options;
    const { card } = model;
    const seen = { ...card, input: options.normalization ?? card.input };
    const decoder = poseDecoder(card, input, options);
    const graph = new Graph();
    const made = outputsOf(model, recordImages(graph, batchSize, input, seen, precision), "eval");
    const exits = options.everyExit ? made.map((head, i): [string, Tensor] => [exitName(i), head]) : [];
    const student = decoder.reads.map((at) => made[at]!);
    const outputs = Object.fromEntries([...student.map((read, i): [string, Tensor] => [outputName(i), read]), ...exits]);
    nameOutputs(graph, "student", card.outputs(input), made);
    const terms = losses.flatMap((term, index) => {
      const measured = validationTerm(term, card.outputs(input));
      return measured ? [{ term: measured, index }] : [];
    });
    if (!codec || terms.length === 0) return new Evaluator(await compile(graph, device, { store, outputs }), decoder, options, false);
    const shapes = targetShapes(codec, { height: input[0], width: input[1] }, card.joints);
    const context = {
      student,
      teachers: [],
      targets: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, [batchSize, ...shape], "f32")])),
      everyJoint: () => fill(graph, [batchSize, card.joints], 1),
      tap: (path: string) => graph.find(path),
      adapters: new Map(),
    };
    const weights = graph.input("lossWeights", [losses.length], "f32");
    const loss = terms.map(({ term, index }) => scaleBy(lossOf(term, context), weights, index)).reduce(add);
    return new Evaluator(await compile(graph, device, { store, outputs: { ...outputs, loss } }), decoder, options, true);
  }

  /** By which rule crops are cut for the network. */
  get warp(): CropRule {
    return this.#decoder.warp;
  }

  /** What the network says of a batch of crops: heatmaps [n,h,w,k], or vectors over x and over y, [n,k,bins] each. */
  async outputs(image: Uint8Array<ArrayBuffer>): Promise<readonly Float32Array[]> {
    return (await this.#look(image)).outputs;
  }

  /** Key points [k·3] of sample `i` of what {@link outputs} gave, in the pixels that `toImage` maps the crop to. */
  decode(outputs: readonly Float32Array[], i: number, toImage: Affine): Float64Array {
    const { batchSize } = this.#options;
    const ofSample = outputs.map((values) => values.subarray((i * values.length) / batchSize, ((i + 1) * values.length) / batchSize));
    return this.#decoder.decode(ofSample, toImage);
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
        for (const [name, values] of Object.entries(batch.targets)) this.#program.write(name, values);
        this.#program.write("lossWeights", Float32Array.from(lossWeights));
      }
      const { outputs, exits, loss } = await this.#look(batch.image);
      if (loss !== null) {
        const joints = batch.targets.mask!.reduce((sum, weight) => sum + weight, 0);
        lossSum += loss * joints;
        visible += joints;
      }
      for (let i = 0; i < batch.valid; i++) {
        const prediction = this.#predict(dataset, batch, i, outputs, exits);
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
      ...(options.oks ? { oks: evaluateOks(dataset.persons, poseDetections(dataset, predictions), oksOptionsOf(dataset)) } : {}),
      predictions,
      tiles,
    };
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }

  /** Runs the network on crops, in the flip test on their mirror images too. The loss is that of the crops as they are. */
  async #look(image: Uint8Array<ArrayBuffer>): Promise<Look> {
    const { model, input, everyExit } = this.#options;
    const read = (name: string): Promise<Float32Array> => this.#program.read(name);
    const run = async (crops: Uint8Array<ArrayBuffer>): Promise<Omit<Look, "loss">> => {
      this.#program.write(imageInput, crops);
      this.#program.run();
      return {
        outputs: await Promise.all(this.#decoder.reads.map((_, i) => read(outputName(i)))),
        exits: everyExit ? await Promise.all(model.card.outputs(input).map((_, i) => read(exitName(i)))) : null,
      };
    };
    const plain = await run(image);
    const loss = this.#hasLoss ? (await read("loss"))[0]! : null;
    const permutation = this.#permutation;
    if (!permutation) return { ...plain, loss };
    const mirrored = await run(mirrorImage(image, input[1]));
    const mean = (values: Float32Array, ofMirrored: Float32Array, at: number): Float32Array =>
      meanOf(values, this.#decoder.unflip(ofMirrored, at, permutation));
    return {
      outputs: plain.outputs.map((values, i) => mean(values, mirrored.outputs[i]!, i)),
      exits: plain.exits?.map((values, i) => mean(values, mirrored.exits![i]!, 0)) ?? null, // every exit is heatmaps
      loss,
    };
  }

  #predict(dataset: Dataset, batch: Batch, i: number, outputs: readonly Float32Array[], exits: readonly Float32Array[] | null): Prediction {
    const sample = batch.indices[i]!;
    const [height, width] = this.#options.input;
    const toCrop = cropOfBox(dataset.samples[sample]!.box, { height, width }, this.warp);
    const toImage = invertAffine(toCrop);
    return {
      sample,
      keypoints: this.decode(outputs, i, toImage),
      ...(exits ? { exits: exits.map((heatmaps) => this.decode([heatmaps], i, toImage)) } : {}),
    };
  }

  #tile(dataset: Dataset, batch: Batch, i: number, { sample, keypoints }: Prediction): SampleTile {
    const [height, width] = this.#options.input;
    const { box, keypoints: truth } = dataset.samples[sample]!;
    const toCrop = cropOfBox(box, { width, height }, this.warp);
    return {
      rgba: batch.image.slice(i * height * width * 4, (i + 1) * height * width * 4),
      width,
      height,
      truth: [transformKeypoints(toCrop, truth)],
      predicted: [transformKeypoints(toCrop, keypoints)],
    };
  }
}

/** What a network said of a batch. */
interface Look {
  readonly outputs: readonly Float32Array[];
  readonly exits: readonly Float32Array[] | null;
  readonly loss: number | null;
}

/** Name in the program of the i-th tensor that is read. */
function outputName(i: number): string {
  return `output${i}`;
}

/** Of the i-th exit. */
function exitName(i: number): string {
  return `exit${i}`;
}
