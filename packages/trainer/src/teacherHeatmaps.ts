import { compile, Graph, type Program, type ProgramReport, type Tensor } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import { type Device, sizeOf } from "@kindling/gpu";
import { heatmapsOf } from "@kindling/models";
import { imageInput, recordImages } from "./images.ts";
import { teacherTaps } from "./losses/lossTerm.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { teacherCard } from "./teacherCard.ts";

/**
 * The teacher's heatmaps of each sample, computed when a sample is first seen and kept in memory: without augmentation they never change,
 * so that later epochs run at the student's speed.
 */
export class TeacherHeatmaps implements Disposable {
  /** The teacher's forward pass. */
  readonly program: Program;
  readonly #bySample = new Map<number, Float32Array>();
  readonly #perSample: number;

  constructor(program: Program, perSample: number) {
    this.program = program;
    this.#perSample = perSample;
  }

  get report(): ProgramReport {
    return this.program.report;
  }

  /** Heatmaps of a batch, [n,h,w,k]. */
  async of(batch: Batch): Promise<Float32Array<ArrayBuffer>> {
    const samples = [...batch.indices];
    if (samples.some((sample) => !this.#bySample.has(sample))) {
      this.program.write(imageInput, batch.image);
      this.program.run();
      const heatmaps = await this.program.read("heatmaps");
      for (const [i, sample] of samples.entries()) {
        this.#bySample.set(sample, heatmaps.slice(i * this.#perSample, (i + 1) * this.#perSample));
      }
    }
    const result = new Float32Array(samples.length * this.#perSample);
    for (const [i, sample] of samples.entries()) result.set(this.#bySample.get(sample)!, i * this.#perSample);
    return result;
  }

  [Symbol.dispose](): void {
    this.program[Symbol.dispose]();
  }
}

/** The cache of a recipe that keeps its samples (`data.cache`) and looks at nothing of the teacher but its heatmaps; else null. */
export async function teacherHeatmapsOf(device: Device, recipe: Recipe, networks: Networks): Promise<TeacherHeatmaps | null> {
  const recorded = recordTeacherHeatmaps(recipe, networks);
  if (!recorded) return null;
  const { graph, heatmaps } = recorded;
  const program = await compile(graph, device, { store: networks.store, outputs: { heatmaps } });
  return new TeacherHeatmaps(program, sizeOf(heatmaps.shape.slice(1)));
}

/** The teacher's forward pass of a recipe that keeps its heatmaps; else null. */
export function recordTeacherHeatmaps(
  recipe: Recipe,
  { teacher, precision }: Networks,
): { readonly graph: Graph; readonly heatmaps: Tensor } | null {
  if (teacher?.card.codec.kind !== "heatmaps" || !recipe.data.cache) return null;
  if (recipe.losses.some((term) => teacherTaps(term).length > 0)) return null;
  const graph = new Graph();
  const image = recordImages(graph, microBatchSize(recipe), recipe.data.input, teacherCard(recipe, teacher), precision);
  return { graph, heatmaps: heatmapsOf(teacher, image, "eval") };
}
