import type { Tensor } from "@kindling/autograd";
import type { Conv2d } from "@kindling/models";

/** What loss terms compare: tensors of one step's graph. */
export interface LossContext {
  /** The student's heatmaps [n,h,w,k]. */
  readonly student: Tensor;
  /** The teacher's heatmaps [n,h,w,k]; absent without a teacher. */
  readonly teacher?: Tensor;
  /** Ground truth [n,h,w,k], and which joints of it teach [n,k]. */
  readonly target: Tensor;
  readonly mask: Tensor;
  /** A mask of ones [n,k], for terms that teach every joint. */
  readonly everyJoint: () => Tensor;
  /** A tensor by module path, e.g. "student.backbone.10.out". @throws TapError naming the nearest paths. */
  readonly tap: (path: string) => Tensor;
  /** The 1×1 convolution of a feature term, by the term's name. */
  readonly adapters: ReadonlyMap<string, Conv2d>;
}
