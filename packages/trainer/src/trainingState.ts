import type { LoaderState } from "@kindling/data";

/** Everything but tensors that going on exactly needs. */
export interface TrainingState {
  /** Epochs that are complete. */
  readonly epoch: number;
  /** Steps that are complete. */
  readonly step: number;
  /** Where the training loader stands. */
  readonly loader: LoaderState;
  /** The best validation so far; absent before the first. */
  readonly best?: { readonly step: number; readonly value: number };
  /** Validations since the best; absent for none. */
  readonly waited?: number;
  /** Best PCK of each exit so far, of a network with several. */
  readonly bestExits?: readonly number[];
  /** Steps of the present epoch in which f16 overflowed, which are not in its sums; absent for none. */
  readonly skipped?: number;
  /** How hard each loss term pulled in the last step, of an epoch that is not complete; absent where it is not measured. */
  readonly pulls?: readonly number[];
  /** Sums of each loss term over the steps of the present epoch, so that its row in results.csv is that of an uninterrupted run. */
  readonly lossSums: Readonly<Record<string, number>>;
  /** `recipeDigest` of the run, to refuse a state of another recipe. */
  readonly recipeDigest: string;
}
