import { compile, Graph, type ParameterStore, type Program } from "@kindling/autograd";
import { cropImage, letterbox, outsideGrey, type RgbImage } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { type HeightWidth, outputsOf, type PoseModel } from "@kindling/models";
import { type Assembly, type CocoPerson, findPersons, flipOpenPoseMaps, type SceneMaps, type Skeleton } from "@kindling/pose";
import { imageInput, recordImages } from "../images.ts";
import { NetworkError } from "../networkError.ts";
import { lastMaps } from "./lastMaps.ts";
import { mirroredRows } from "./mirroredRows.ts";
import { type SceneScale, sceneSizes } from "./sceneSizes.ts";

/** How all persons of an image are found. */
export interface FindOptions {
  readonly scale: SceneScale;
  /** Also looks at the mirrored image and takes the mean of both; default no. */
  readonly flip?: boolean;
  /** How limbs make persons; merging by default. */
  readonly assembly?: Assembly;
  /** Of the key points; COCO's by default. */
  readonly skeleton?: Skeleton;
}

/** Programs that are kept; one for each size of input. */
const mostPrograms = 6;

/** A network with part affinity fields that finds all persons of images of any size. */
export class PersonFinder implements Disposable {
  readonly #device: Device;
  readonly #model: PoseModel;
  readonly #store: ParameterStore;
  readonly #stride: number;
  /** By input size, the one used last at the end. */
  readonly #programs = new Map<string, Program>();

  /** @throws NetworkError for a network without part affinity fields. */
  constructor(device: Device, { model, store }: { readonly model: PoseModel; readonly store: ParameterStore }) {
    const { codec, name } = model.card;
    if (codec.kind !== "pafs") throw new NetworkError(`${name} has no part affinity fields: it finds one person in a box`);
    this.#device = device;
    this.#model = model;
    this.#store = store;
    this.#stride = codec.stride;
  }

  /** The persons of an image, in its pixels. @throws SkeletonError for a skeleton with joints that the network has not. */
  async find(image: RgbImage, options: FindOptions): Promise<readonly CocoPerson[]> {
    const { scale, flip = false, assembly, skeleton } = options;
    const views: SceneMaps[] = [];
    for (const [height, width] of sceneSizes(image, scale)) {
      const toInput = letterbox(image, { width, height });
      const seen = cropImage(image, toInput, { width, height }, { border: outsideGrey });
      const maps = await this.#mapsOf(seen, [height, width]);
      views.push({ ...maps, toInput });
      if (!flip) continue;
      const mirrored = await this.#mapsOf(mirroredRows(seen, width), [height, width]);
      views.push({ ...flipOpenPoseMaps(mirrored, maps.grid.width), grid: maps.grid, toInput });
    }
    const merged = { ...(assembly ? { assembly } : {}), ...(skeleton ? { skeleton } : {}) };
    return findPersons(views, { image, stride: this.#stride, ...merged });
  }

  [Symbol.dispose](): void {
    for (const program of this.#programs.values()) program[Symbol.dispose]();
    this.#programs.clear();
  }

  async #mapsOf(image: Uint8Array<ArrayBuffer>, input: HeightWidth): Promise<Omit<SceneMaps, "toInput">> {
    const program = await this.#programFor(input);
    program.write(imageInput, image);
    program.run();
    const [heatmaps, pafs] = await Promise.all([program.read("heatmaps"), program.read("pafs")]);
    const { height, width } = lastMaps(this.#model.card, input);
    return { heatmaps: heatmaps!, pafs: pafs!, grid: { height, width } };
  }

  async #programFor(input: HeightWidth): Promise<Program> {
    const key = input.join("x");
    const program = this.#programs.get(key) ?? (await this.#compiled(input));
    this.#programs.delete(key);
    this.#programs.set(key, program);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > mostPrograms) {
      this.#programs.get(oldest!)![Symbol.dispose]();
      this.#programs.delete(oldest!);
    }
    return program;
  }

  #compiled(input: HeightWidth): Promise<Program> {
    const { card } = this.#model;
    const graph = new Graph();
    const made = outputsOf(this.#model, recordImages(graph, 1, input, card), "eval");
    const { heatmaps, pafs } = lastMaps(card, input);
    return compile(graph, this.#device, { store: this.#store, outputs: { heatmaps: made[heatmaps]!, pafs: made[pafs]! } });
  }
}
