import type { CreateModelOptions, FamilyOption } from "./createModel.ts";
import type { PoseModel } from "./poseModel.ts";

/** Networks of one kind, by name. */
export interface ModelFamily {
  /** What messages and tables list; of families in any width the common ones, the published first. */
  readonly names: readonly string[];
  /** Key points that they have unless others are asked for. */
  readonly joints: number;
  /** The options that its networks have beside those of all; createModel refuses the others. */
  readonly options: readonly FamilyOption[];
  /** The network of that name, null where it is none of the family. @throws ModelError for options that it cannot have. */
  create(name: string, options: CreateModelOptions & { readonly joints: number }): PoseModel | null;
}
