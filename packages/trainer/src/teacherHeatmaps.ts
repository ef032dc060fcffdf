import { compile, Graph, type Program, type ProgramReport, type Tensor } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import { type Device, sizeOf } from "@kindling/gpu";
import { heatmapsOf } from "@kindling/models";
import { imageInput, recordImages } from "./images.ts";
import { teacherAt, teacherTaps } from "./losses/termTeachers.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { teacherCard } from "./teacherCard.ts";

/**
 * Teachers' heatmaps of each sample, computed when a sample is first seen and kept in memory: without augmentation they never change,
 * so that later epochs run at the student's speed.
 */
export class TeacherHeatmaps implements Disposable {
  /** The teachers' forward passes. */
  readonly program: Program;
  /** Numbers a sample, by the teachers' paths. */
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #bySample = new Map<number, ReadonlyMap<string, Float32Array>>();

  constructor(program: Program, sizes: ReadonlyMap<string, number>) {
    this.program = program;
    this.#sizes = sizes;
  }

  /** Those of the teachers whose heatmaps it keeps. */
  get paths(): readonly string[] {
    return [...this.#sizes.keys()];
  }

  get report(): ProgramReport {
    return this.program.report;
  }

  /** Heatmaps of a batch, [n,h,w,k], by the teachers' paths. */
  async of(batch: Batch): Promise<Readonly<Record<string, Float32Array<ArrayBuffer>>>> {
    const samples = [...batch.indices];
    if (samples.some((sample) => !this.#bySample.has(sample))) {
      this.program.write(imageInput, batch.image);
      this.program.run();
      const computed = await Promise.all(
        [...this.#sizes].map(async ([path, size]) => [path, size, await this.program.read(path)] as const),
      );
      for (const [i, sample] of samples.entries()) {
        this.#bySample.set(sample, new Map(computed.map(([path, size, heatmaps]) => [path, heatmaps.slice(i * size, (i + 1) * size)])));
      }
    }
    const ofBatch = [...this.#sizes].map(([path, size]) => {
      const result = new Float32Array(samples.length * size);
      for (const [i, sample] of samples.entries()) result.set(this.#bySample.get(sample)!.get(path)!, i * size);
      return [path, result] as const;
    });
    return Object.fromEntries(ofBatch);
  }

  [Symbol.dispose](): void {
    this.program[Symbol.dispose]();
  }
}

/** Of a recipe that keeps its samples (`data.cache`), the cache of those teachers of whom no term looks at anything but their heatmaps; null for none. */
export async function teacherHeatmapsOf(device: Device, recipe: Recipe, networks: Networks): Promise<TeacherHeatmaps | null> {
  const recorded = recordTeacherHeatmaps(recipe, networks);
  if (!recorded) return null;
  const { graph, heatmaps } = recorded;
  const program = await compile(graph, device, { store: networks.store, outputs: heatmaps });
  const sizes = Object.entries(heatmaps).map(([path, { shape }]) => [path, sizeOf(shape.slice(1))] as const);
  return new TeacherHeatmaps(program, new Map(sizes));
}

/** The forward passes of the teachers whose heatmaps are kept, by their paths; null for none. */
export function recordTeacherHeatmaps(
  recipe: Recipe,
  { teachers, precision }: Networks,
): { readonly graph: Graph; readonly heatmaps: Readonly<Record<string, Tensor>> } | null {
  const tapped = recipe.losses.flatMap((term) => teacherTaps(term, teachers)).map((path) => teacherAt(path, teachers));
  const kept = teachers.filter((teacher) => teacher.model.card.codec.kind === "heatmaps" && !tapped.includes(teacher));
  if (kept.length === 0 || !recipe.data.cache) return null;
  const graph = new Graph();
  const heatmaps = kept.map(({ path, model, recipe: teacher }) => {
    const image = recordImages(graph, microBatchSize(recipe), recipe.data.input, teacherCard(teacher, model), precision);
    return [path, heatmapsOf(model, image, "eval")] as const;
  });
  return { graph, heatmaps: Object.fromEntries(heatmaps) };
}
