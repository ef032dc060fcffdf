import {
  cast,
  concatChannels,
  div,
  fill,
  type Graph,
  padChannels,
  relu,
  reshape,
  resizeBilinear,
  sliceChannels,
  sum,
  type Tensor,
  transpose,
} from "@kindling/autograd";
import type { ModelCard } from "@kindling/models";
import { type HeatmapEncoding, jointMap, skeletonNamed } from "@kindling/pose";
import type { Recipe, TeacherRecipe } from "./recipe.ts";

/** Which channel of the teacher is each joint of the student, by name; null for one that the teacher does not know. */
export type TaughtJoints = readonly (number | null)[];

/**
 * The joints of the student among a teacher's, by the names of their skeletons (the teacher's `skeleton`, `data.train.skeleton`, else those of networks with
 * so many joints); null where the two have the same in the same order, or nobody knows names and the numbers agree.
 */
export function taughtJoints(
  { student, data }: Pick<Recipe, "student" | "data">,
  teacher: Pick<TeacherRecipe, "joints" | "skeleton">,
  cards: TeachingCards,
): TaughtJoints | null {
  const [of, to] = [teacher.skeleton ?? cards.teacher.skeleton, data.train.skeleton ?? cards.student.skeleton];
  if (of === to || of === null || to === null || /\.(json|ya?ml)$/i.test(to)) return null;
  const [from, into] = [skeletonNamed(of), skeletonNamed(to)];
  if (from.joints.length !== teacher.joints || into.joints.length !== student.joints) return null;
  const map = jointMap(from, into).map((parts) => (parts.length === 1 ? parts[0]! : null)); // no mean of heatmaps is that of a middle
  return map.length === teacher.joints && map.every((joint, i) => joint === i) ? null : map;
}

/** What the two networks say of themselves. */
export interface TeachingCards {
  readonly student: ModelCard;
  readonly teacher: ModelCard;
}

/** What a teacher's outputs are made to be: the student's own kind. */
export interface TeachingOptions {
  readonly joints: TaughtJoints | null;
  /** Vectors over x and y for a student of SimCC; absent where both put out the same. */
  readonly vectors?: MarginalOptions;
}

/** What teaching needs of a recipe: other joints, or heatmaps as vectors. */
export function teachingOptions(recipe: Recipe, teacher: TeacherRecipe, cards: TeachingCards): TeachingOptions {
  const joints = taughtJoints(recipe, teacher, cards);
  const { codec } = cards.student;
  if (codec.kind !== "simcc" || cards.teacher.codec.kind !== "heatmaps") return { joints };
  const { encoding = "unbiased", sigma = recipe.data.sigma } = teacher;
  return { joints, vectors: { input: recipe.data.input, splitRatio: codec.splitRatio, encoding, sigma } };
}

/** What the teacher predicts with, as the student's own outputs are: its heatmaps or vectors, of joints that it does not know zeros. */
export function asStudents(teacher: readonly Tensor[], { joints, vectors }: TeachingOptions): readonly Tensor[] {
  const isMaps = teacher[0]?.shape.length === 4;
  const mapped = joints
    ? teacher.map((each) => (isMaps ? mapChannels(each, joints) : transpose(mapChannels(transpose(each), joints))))
    : teacher;
  return vectors && isMaps ? marginals(mapped[0]!, vectors) : mapped;
}

/** Which joints at least one of some teachers knows; null for all, because one of them has the student's own. */
export function jointsKnown(teachers: readonly (TaughtJoints | null)[]): readonly boolean[] | null {
  const maps = teachers.filter((joints) => joints !== null);
  return maps.length < teachers.length ? null : (maps[0]?.map((_, i) => maps.some((joints) => joints[i] !== null)) ?? null);
}

/** 1 for the joints that are known, 0 for the others: [n,k]. */
export function taughtMask(graph: Graph, batch: number, known: readonly boolean[]): Tensor {
  return eachJoint(graph, [batch], known.map(Number));
}

/** A number for each joint, [...shape, k]. */
export function eachJoint(graph: Graph, shape: readonly number[], values: readonly number[]): Tensor {
  const [first, ...others] = values.map((value) => fill(graph, [...shape, 1], value));
  return concatChannels([first!, ...others]); // a skeleton has joints
}

/** Sizes of {@link marginals}. */
export interface MarginalOptions {
  /** [height, width] of the crops, in pixels. */
  readonly input: readonly [number, number];
  /** Bins a pixel. */
  readonly splitRatio: number;
  /** How the heatmaps lie on the crop: cell i on pixel i · stride, or with udp corner cells on corner pixels. */
  readonly encoding: HeatmapEncoding;
  /** Of their Gaussians, in cells. */
  readonly sigma: number;
}

/**
 * Heatmaps [n,h,w,k] → SimCC's vectors over x [n,k,bins of x] and over y [n,k,bins of y]: sums of what is positive over the other axis, ÷ √(2π) σ, so
 * that a Gaussian of peak a becomes one of peak a, as labels of SimCC are. Linear between cells; beyond the last cell 0.
 */
export function marginals(heatmaps: Tensor, { input, splitRatio, encoding, sigma }: MarginalOptions): readonly [x: Tensor, y: Tensor] {
  const positive = relu(heatmaps);
  const over = (axis: 1 | 2, pixels: number): Tensor => {
    const kept = sum(positive, [axis], { keepDims: true }); // the other axis is left
    const [batch = 0, height = 0, width = 0, joints = 0] = kept.shape;
    const cells = Math.max(height, width);
    const last = encoding === "udp" ? pixels - 1 : ((cells - 1) * pixels) / cells; // the pixel of the last cell
    const bins = Math.round(splitRatio * last) + 1;
    const row = resizeBilinear(reshape(kept, [batch, 1, cells, joints]), [1, bins], { alignCorners: true });
    const vectors = transpose(reshape(row, [batch, bins, joints]));
    const scaled = div(vectors, fill(vectors.graph, [1], Math.sqrt(2 * Math.PI) * sigma));
    return padChannels(scaled, 0, Math.round(splitRatio * pixels) - bins);
  };
  return [over(1, input[1]), over(2, input[0])];
}

function mapChannels(x: Tensor, joints: TaughtJoints): Tensor {
  const empty = cast(fill(x.graph, [...x.shape.slice(0, -1), 1], 0), x.dtype === "f16" ? "f16" : "f32");
  const [first, ...others] = joints.map((joint) => (joint === null ? empty : sliceChannels(x, joint, 1)));
  return concatChannels([first!, ...others]); // a skeleton has joints
}
