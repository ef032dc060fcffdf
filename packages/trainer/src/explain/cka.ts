import { gramMatrix, type Hsic, unbiasedHsic } from "./hsic.ts";

/**
 * Centred kernel alignment between layers of two networks, summed over minibatches: ΣHSIC(K,L) / √(ΣHSIC(K,K)·ΣHSIC(L,L)) with linear kernels (Kornblith
 * et al. 2019; over minibatches Nguyen et al. 2021, "Do Wide and Deep Networks Learn the Same Things?", eq. 2). Without bias it does not depend
 * on the minibatches' size, and may be a little negative.
 */
export class MinibatchCka {
  readonly #hsic: Hsic;
  /** HSIC of each row's layer with each column's, and of each with itself. */
  readonly #cross: Float64Array;
  readonly #rows: Float64Array;
  readonly #columns: Float64Array;

  /** For so many layers of one network (rows) and of the other (columns). */
  constructor(rows: number, columns: number, hsic: Hsic = unbiasedHsic) {
    this.#hsic = hsic;
    this.#cross = new Float64Array(rows * columns);
    this.#rows = new Float64Array(rows);
    this.#columns = new Float64Array(columns);
  }

  /** Adds a minibatch of n samples: each layer's features [n,d], d its own. @throws RangeError for fewer than four samples. */
  add(rows: readonly ArrayLike<number>[], columns: readonly ArrayLike<number>[], n: number): void {
    const [ofRows, ofColumns] = [rows, columns].map((layers) => layers.map((features) => gramMatrix(features, n)));
    const add = (sums: Float64Array, at: number, k: Float64Array, l: Float64Array): void => {
      sums[at] = sums[at]! + this.#hsic(k, l, n);
    };
    for (const [i, k] of ofRows!.entries()) {
      add(this.#rows, i, k, k);
      for (const [j, l] of ofColumns!.entries()) add(this.#cross, i * ofColumns!.length + j, k, l);
    }
    for (const [j, l] of ofColumns!.entries()) add(this.#columns, j, l, l);
  }

  /** [rows][columns]; NaN where a layer says the same of every sample, or so few samples were seen that its own HSIC came out below zero. */
  matrix(): readonly (readonly number[])[] {
    const { length } = this.#columns;
    return Array.from(this.#rows, (ofRow, i) =>
      Array.from(this.#columns, (ofColumn, j) => this.#cross[i * length + j]! / Math.sqrt(ofRow * ofColumn)),
    );
  }
}
