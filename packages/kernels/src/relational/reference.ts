import type { Reference } from "../reference.ts";

/** Euclidean distances of every pair of rows of x [samples, size], in float64. */
export function pairwiseDistancesReference(x: Float64Array, samples: number, size: number): Reference {
  const value = table(samples, (i, j) => Math.sqrt(dot(x, size, i, j, j)));
  return { value, magnitude: value, terms: size };
}

/** Cosine of the angle at i between j and k of x [samples, size], norms at least 10⁻¹², in float64. */
export function triangleCosinesReference(x: Float64Array, samples: number, size: number): Reference {
  const norms = pairwiseDistancesReference(x, samples, size).value.map((norm) => Math.max(norm, 1e-12));
  const value = new Float64Array(samples ** 3);
  const magnitude = new Float64Array(samples ** 3);
  for (let i = 0; i < samples; i++)
    for (let j = 0; j < samples; j++)
      for (let k = 0; k < samples; k++) {
        const at = (i * samples + j) * samples + k;
        const length = norms[i * samples + j]! * norms[i * samples + k]!;
        value[at] = dot(x, size, i, j, k) / length;
        magnitude[at] = (4 * dot(x, size, i, j, k, Math.abs)) / length;
      }
  return { value, magnitude, terms: size };
}

/** Loss and weights of the kernel relationalDistance, in float64. */
export function relationalDistanceReference(
  distance: Float64Array,
  teacherDistance: Float64Array,
  samples: number,
): { readonly loss: Reference; readonly weight: Reference } {
  const pairs = samples ** 2;
  const unlike = pairs - samples;
  const lengths = [distance, teacherDistance].map((of) => table(samples, (i, j) => (i === j ? 0 : floor(of[i * samples + j]!))));
  const [mean = 0, teacherMean = 0] = lengths.map((all) => all.reduce((sum, length) => sum + length, 0) / unlike);
  const own = lengths[0]!.map((length) => length / mean);
  const others = lengths[1]!.map((length) => length / teacherMean);
  const slopes = own.map((relative, pair) => slope(relative - others[pair]!));
  const rounding = own.map((relative, pair) => relative + others[pair]!);
  const sum = (term: (pair: number) => number) => own.reduce((total, _, pair) => total + term(pair), 0);
  // Every pair lengthens the mean, and by it shortens all relative distances.
  const shared = sum((pair) => slopes[pair]! * own[pair]!) / unlike;
  const sharedRounding = sum((pair) => (Math.abs(slopes[pair]!) + rounding[pair]!) * own[pair]!) / unlike;
  const factors = lengths[0]!.map((length) => (length <= 1e-6 ? 0 : -2 / (pairs * mean * length)));
  return {
    loss: {
      value: Float64Array.of(sum((pair) => smoothL1(own[pair]! - others[pair]!)) / pairs),
      magnitude: Float64Array.of((4 * sum((pair) => Math.abs(slopes[pair]!) * rounding[pair]! + 2 ** -24 * rounding[pair]!)) / pairs),
      terms: pairs,
    },
    weight: {
      value: factors.map((factor, pair) => factor * (slopes[pair]! - shared)),
      magnitude: factors.map((factor, pair) => 4 * Math.abs(factor) * (rounding[pair]! + sharedRounding)),
      terms: pairs,
    },
  };
}

/** Outputs of the kernels relationalAngle and relationalAngleWeight, in float64. */
export function relationalAngleReference(
  cosine: Float64Array,
  teacherCosine: Float64Array,
  distance: Float64Array,
  samples: number,
): { readonly partial: Reference; readonly pull: Reference; readonly weight: Reference } {
  const at = (i: number, j: number, k: number) => (i * samples + j) * samples + k;
  const inverse = distance.map((length) => (length < 1e-12 ? 0 : 1 / length));
  const slopes = cosine.map((own, triangle) => slope(own - teacherCosine[triangle]!) / samples ** 3);
  const rounding = cosine.map((own, triangle) => (Math.abs(own) + Math.abs(teacherCosine[triangle]!)) / samples ** 3);
  const over = (term: (i: number, j: number, k: number) => number) =>
    table(samples, (i, j) => Array.from({ length: samples }, (_, k) => term(i, j, k)).reduce((sum, one) => sum + one, 0));
  // Turning j about i: the component of the slopes along x_k − x_i, less what would only move j away from i.
  const turn = (i: number, j: number, k: number) => cosine[at(i, j, k)]! * inverse[i * samples + j]! - inverse[i * samples + k]!;
  const pull = over((i, j, k) => 2 * slopes[at(i, j, k)]! * inverse[i * samples + j]! * turn(i, j, k));
  const pullSize = over(
    (i, j, k) =>
      8 *
      rounding[at(i, j, k)]! *
      inverse[i * samples + j]! *
      (Math.abs(cosine[at(i, j, k)]!) * inverse[i * samples + j]! + inverse[i * samples + k]!),
  );
  const between = (of: Float64Array) => over((j, k, i) => 2 * of[at(i, j, k)]! * inverse[i * samples + j]! * inverse[i * samples + k]!);
  const [seen, seenSize] = [between(slopes), between(rounding)];
  const both = (own: Float64Array, i: number, j: number) => own[i * samples + j]! + own[j * samples + i]!;
  return {
    partial: {
      value: over((i, j, k) => smoothL1(cosine[at(i, j, k)]! - teacherCosine[at(i, j, k)]!) / samples ** 3),
      magnitude: over(
        (i, j, k) => 4 * (Math.abs(slopes[at(i, j, k)]!) + 2 ** -24 / samples ** 3) * (samples ** 3 * rounding[at(i, j, k)]!),
      ),
      terms: samples,
    },
    pull: { value: pull, magnitude: pullSize, terms: samples },
    weight: {
      value: table(samples, (i, j) => (i === j ? 0 : seen[i * samples + j]! + both(pull, i, j))),
      magnitude: table(samples, (i, j) => 4 * seenSize[i * samples + j]! + both(pullSize, i, j)),
      terms: samples,
    },
  };
}

/** dy · Σ_j weight_ij (x_j − x_i), in float64. */
export function weightedDifferencesReference(x: Float64Array, weight: Float64Array, dy: number, samples: number, size: number): Reference {
  const sums = (term: (weight: number, difference: number) => number) =>
    x.map((own, at) => {
      const sample = Math.floor(at / size);
      let sum = 0;
      for (let other = 0; other < samples; other++) sum += term(weight[sample * samples + other]!, x[other * size + (at % size)]! - own);
      return sum;
    });
  return {
    value: sums((one, difference) => dy * one * difference),
    magnitude: sums((one, difference) => 2 * Math.abs(dy * one * difference)),
    terms: samples,
  };
}

/** ⟨x_j − x_i, x_k − x_i⟩, of its terms' sizes where asked. */
function dot(x: Float64Array, size: number, i: number, j: number, k: number, of = (term: number): number => term): number {
  let sum = 0;
  for (let c = 0; c < size; c++) {
    const origin = x[i * size + c]!;
    sum += of((x[j * size + c]! - origin) * (x[k * size + c]! - origin));
  }
  return sum;
}

function floor(length: number): number {
  return Math.max(length, 1e-6);
}

/** smooth L1 with δ = 1, as in PyTorch. */
function smoothL1(error: number): number {
  return Math.abs(error) < 1 ? error ** 2 / 2 : Math.abs(error) - 0.5;
}

/** Its derivative. */
function slope(error: number): number {
  return Math.min(1, Math.max(-1, error));
}

/** A matrix [samples, samples] by its elements. */
function table(samples: number, element: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: samples ** 2 }, (_, at) => element(Math.floor(at / samples), at % samples));
}
