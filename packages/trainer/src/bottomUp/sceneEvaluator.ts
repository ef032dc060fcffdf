import { add, compile, fill, Graph, type Program, scaleBy } from "@kindling/autograd";
import { type Batch, letterbox, type Scene, scenesOf } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { outputsOf } from "@kindling/models";
import {
  type CocoPerson,
  evaluateOks,
  findPersons,
  flipOpenPoseMaps,
  type OpenPoseMaps,
  type PoseDetection,
  type SceneCodec,
  type Skeleton,
  targetShapes,
  transformKeypoints,
} from "@kindling/pose";
import type { EvaluateOptions, Evaluation, EvaluatorOptions } from "../evaluator.ts";
import { imageInput, recordImages } from "../images.ts";
import type { MaskedL2Loss } from "../losses/lossTerm.ts";
import { partFieldLoss } from "../losses/partFieldLoss.ts";
import type { SampleTile } from "../sampleTile.ts";
import { type LastMaps, lastMaps } from "./lastMaps.ts";
import { mirroredRows } from "./mirroredRows.ts";
import { scenePck } from "./scenePck.ts";

/** The network, the sizes of its batches, and what its targets are. */
export interface SceneEvaluatorOptions extends Pick<EvaluatorOptions, "model" | "store" | "input" | "batchSize" | "precision" | "losses"> {
  readonly codec: SceneCodec;
  /** Also looks at the mirrored images and takes the mean of both; default no. */
  readonly flip?: boolean;
}

/** A network that finds all persons, in evaluation mode, compiled once for batches of letterboxed images. */
export class SceneEvaluator implements Disposable {
  readonly #program: Program;
  readonly #options: SceneEvaluatorOptions;
  readonly #maps: LastMaps;
  readonly #hasLoss: boolean;

  private constructor(program: Program, options: SceneEvaluatorOptions, maps: LastMaps, hasLoss: boolean) {
    this.#program = program;
    this.#options = options;
    this.#maps = maps;
    this.#hasLoss = hasLoss;
  }

  /** @throws NetworkError for a network without part affinity fields. */
  static async create(device: Device, options: SceneEvaluatorOptions): Promise<SceneEvaluator> {
    const { model, store, input, batchSize, losses, codec, precision } = options;
    const { card } = model;
    const maps = lastMaps(card, input);
    const graph = new Graph();
    const made = outputsOf(model, recordImages(graph, batchSize, input, card, precision), "eval");
    const outputs = { heatmaps: made[maps.heatmaps]!, pafs: made[maps.pafs]! };
    const terms = [...losses.entries()].filter((entry): entry is [number, MaskedL2Loss] => isMeasured(entry[1]));
    if (terms.length === 0) return new SceneEvaluator(await compile(graph, device, { store, outputs }), options, maps, false);
    const shapes = targetShapes(codec, { height: input[0], width: input[1] }, card.joints);
    const context = {
      student: made,
      teachers: [],
      targets: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, [batchSize, ...shape], "f32")])),
      everyJoint: () => fill(graph, [batchSize, card.joints], 1),
      tap: (path: string) => graph.find(path),
      adapters: new Map(),
    };
    const weights = graph.input("lossWeights", [losses.length], "f32");
    const loss = terms.map(([index, term]) => scaleBy(partFieldLoss(term, context), weights, index)).reduce(add);
    return new SceneEvaluator(await compile(graph, device, { store, outputs: { ...outputs, loss } }), options, maps, true);
  }

  /**
   * Runs the whole loader (an evaluation loader of letterboxes: in order, padded) and measures the persons that are found by OKS and PCK. The loss is
   * the mean over images. @throws ImageError for a broken image, SkeletonError for a data set with joints that OpenPose has not.
   */
  async evaluate(options: EvaluateOptions): Promise<Evaluation> {
    const { dataset, loader, threshold, lossWeights } = options;
    const scenes = scenesOf(dataset, "images");
    const detections: PoseDetection[] = [];
    const tiles: SampleTile[] = [];
    let [lossSum, images] = [0, 0];
    for await (const batch of loader) {
      this.#program.write(imageInput, batch.image);
      if (this.#hasLoss) {
        for (const [name, values] of Object.entries(batch.targets)) this.#program.write(name, values);
        this.#program.write("lossWeights", Float32Array.from(lossWeights));
      }
      const maps = [await this.#run()];
      // Means over the batch's size: a padded sample, masked everywhere, adds nothing to the sum.
      if (this.#hasLoss) lossSum += (await this.#program.read("loss"))[0]! * this.#options.batchSize;
      if (this.#options.flip) {
        this.#program.write(imageInput, mirroredRows(batch.image, this.#options.input[1]));
        maps.push(await this.#run());
      }
      for (let i = 0; i < batch.valid; i++) {
        const scene = scenes[batch.indices[i]!]!;
        const seen = maps.map(({ heatmaps, pafs }) => ({ heatmaps: partOf(heatmaps, i, batch), pafs: partOf(pafs, i, batch) }));
        const found = this.#find(scene, seen, dataset.skeleton);
        detections.push(...found.map((person) => ({ imageId: scene.imageId, ...person })));
        if (tiles.length < (options.tiles ?? 0)) tiles.push(this.#tile(scene, batch, i, dataset, found));
      }
      images += batch.valid;
      options.onBatch?.(images);
    }
    return {
      ...scenePck(dataset, detections, threshold),
      oks: evaluateOks(dataset.persons, detections, { sigmas: dataset.skeleton.sigmas }),
      ...(this.#hasLoss ? { loss: images > 0 ? lossSum / images : 0 } : {}),
      predictions: [],
      detections,
      tiles,
    };
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }

  async #run(): Promise<OpenPoseMaps> {
    this.#program.run();
    const [heatmaps, pafs] = await Promise.all([this.#program.read("heatmaps"), this.#program.read("pafs")]);
    return { heatmaps: heatmaps!, pafs: pafs! }; // two were asked for
  }

  /** Of the image, and of the mirrored one where it was looked at. */
  #find(scene: Scene, [seen, mirrored]: readonly OpenPoseMaps[], skeleton: Skeleton): readonly CocoPerson[] {
    const { height, width } = this.#maps;
    const maps = [seen!, ...(mirrored ? [flipOpenPoseMaps(mirrored, width)] : [])]; // the image is always looked at
    const views = maps.map((one) => ({ ...one, grid: { height, width }, toInput: this.#toInput(scene) }));
    const image = { width: scene.imageWidth, height: scene.imageHeight };
    return findPersons(views, { image, stride: this.#options.codec.stride, skeleton });
  }

  #tile(scene: Scene, batch: Batch, i: number, { persons }: EvaluateOptions["dataset"], found: readonly CocoPerson[]): SampleTile {
    const [height, width] = this.#options.input;
    const toInput = this.#toInput(scene);
    const moved = (people: readonly { readonly keypoints: ArrayLike<number> }[]) =>
      people.map(({ keypoints }) => transformKeypoints(toInput, keypoints));
    return {
      rgba: batch.image.slice(i * height * width * 4, (i + 1) * height * width * 4),
      width,
      height,
      truth: moved(persons.filter(({ imageId, crowd }) => imageId === scene.imageId && !crowd)),
      predicted: moved(found),
    };
  }

  #toInput({ imageWidth, imageHeight }: Scene): ReturnType<typeof letterbox> {
    const [height, width] = this.#options.input;
    return letterbox({ width: imageWidth, height: imageHeight }, { width, height });
  }
}

function isMeasured(term: EvaluatorOptions["losses"][number]): boolean {
  return term.kind === "maskedL2" && term.against === "groundTruth";
}

function partOf(values: Float32Array, i: number, { indices }: Batch): Float32Array {
  const size = values.length / indices.length;
  return values.subarray(i * size, (i + 1) * size);
}
