import type { Tensor } from "@kindling/autograd";
import type { Conv2d } from "@kindling/models";
import type { TaughtJoints } from "../teacherOutputs.ts";

/** What one teacher says of a batch. */
export interface TeacherPrediction {
  /** `teacher`, or of several `teacher.NAME`. */
  readonly path: string;
  /** What it counts in the mean of several. */
  readonly weight: number;
  /** What it predicts with, as the student's own is. */
  readonly outputs: readonly Tensor[];
  /** Which channel of it is each joint; null where they are the student's. */
  readonly joints: TaughtJoints | null;
  /** 1 for the student's joints that it knows, 0 for the others, [n,k]; absent where they are the student's. */
  readonly taught?: Tensor;
}

/** What loss terms compare: tensors of one step's graph. */
export interface LossContext {
  /** What the student predicts with: heatmaps [n,h,w,k], or SimCC's vectors over x and over y, [n,k,bins] each; of networks that find all persons all maps. */
  readonly student: readonly Tensor[];
  /** The same of each teacher. */
  readonly teachers: readonly TeacherPrediction[];
  /** Ground truth by name, as `targetShapes` of @kindling/pose has it: `target` [n,h,w,k] and `mask` [n,k], the weights of the joints, for heatmaps. */
  readonly targets: Readonly<Record<string, Tensor>>;
  /** A mask of ones [n,k], for terms that teach every joint. */
  readonly everyJoint: () => Tensor;
  /** A tensor by module path, "student.backbone.10.out", or by the name of an output, "student.heatmaps.1". @throws TapError naming the nearest paths. */
  readonly tap: (path: string) => Tensor;
  /** The 1×1 convolution of a feature term, by the term's name. */
  readonly adapters: ReadonlyMap<string, Conv2d>;
}
