/** Gram matrix x·xᵀ [n,n] of features [n,d]: the linear kernel of n samples. */
export function gramMatrix(features: ArrayLike<number>, n: number): Float64Array {
  const d = features.length / n;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += features[i * d + k]! * features[j * d + k]!;
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
    }
  }
  return gram;
}

/** An estimate of how much two sets of features of the same n samples depend on each other, from their Gram matrices [n,n]. */
export type Hsic = (k: Float64Array, l: Float64Array, n: number) => number;

/**
 * HSIC₁, the estimate without bias (Song et al. 2012, "Feature Selection via Dependence Maximization", eq. 5; for minibatches Nguyen et al. 2021, eq. 3), with the
 * diagonals of both matrices taken as zero: [tr(KL) + ΣK·ΣL/((n−1)(n−2)) − 2·1ᵀKL1/(n−2)] / (n(n−3)). May be negative.
 * @throws RangeError for fewer than four samples.
 */
export function unbiasedHsic(k: Float64Array, l: Float64Array, n: number): number {
  if (n < 4) throw new RangeError(`unbiasedHsic: at least 4 samples are needed; got ${n}`);
  let [trace, sumK, sumL, product] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    let [rowK, rowL] = [0, 0];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      trace += k[i * n + j]! * l[i * n + j]!;
      rowK += k[i * n + j]!;
      rowL += l[i * n + j]!;
    }
    sumK += rowK;
    sumL += rowL;
    product += rowK * rowL; // of a symmetric matrix rows and columns have the same sums
  }
  return (trace + (sumK * sumL) / ((n - 1) * (n - 2)) - (2 * product) / (n - 2)) / (n * (n - 3));
}

/** HSIC₀ (Gretton et al. 2005): tr(KHLH)/(n − 1)² with H = I − 1/n. Never negative for Gram matrices, and larger the fewer samples there are. */
export function biasedHsic(k: Float64Array, l: Float64Array, n: number): number {
  const rows = (matrix: Float64Array): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => matrix.subarray(i * n, (i + 1) * n).reduce((sum, value) => sum + value, 0) / n);
  const [meanK, meanL] = [rows(k), rows(l)];
  const mean = (means: Float64Array): number => means.reduce((sum, value) => sum + value, 0) / n;
  const [allK, allL] = [mean(meanK), mean(meanL)];
  let trace = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      trace += (k[i * n + j]! - meanK[i]! - meanK[j]! + allK) * (l[i * n + j]! - meanL[i]! - meanL[j]! + allL);
    }
  }
  return trace / (n - 1) ** 2;
}
