import type { Reference } from "../reference.ts";
import type { AttentionTransferProblem } from "./attentionTransfer.ts";

/** Mean over the channels of x² of x [pixels, channels], in float64. */
export function attentionMapReference(x: Float64Array, channels: number): Reference {
  const value = Float64Array.from({ length: x.length / channels }, (_, pixel) =>
    x.subarray(pixel * channels, (pixel + 1) * channels).reduce((sum, element) => sum + element ** 2 / channels, 0),
  );
  return { value, magnitude: value, terms: channels };
}

/** Of attention maps [samples, pixels] in float64: each sample's part of the loss, and its derivative by the features, ÷ the feature. */
export function attentionTransferReference(
  { samples, pixels, channels }: AttentionTransferProblem,
  student: Float64Array,
  teacher: Float64Array,
): { readonly partial: Reference; readonly slope: Reference } {
  const partial = { value: new Float64Array(samples), magnitude: new Float64Array(samples), terms: pixels };
  const slope = { value: new Float64Array(student.length), magnitude: new Float64Array(student.length), terms: pixels };
  const mean = 1 / (samples * pixels);
  for (let sample = 0; sample < samples; sample++) {
    const [own, others] = [student, teacher].map((maps) => maps.subarray(sample * pixels, (sample + 1) * pixels));
    const norms = [own!, others!].map((map) => Math.max(Math.sqrt(map.reduce((sum, value) => sum + value ** 2, 0)), 1e-12));
    const [s, t] = [own!.map((value) => value / norms[0]!), others!.map((value) => value / norms[1]!)];
    const differences = s.map((value, i) => value - t[i]!);
    const sizes = s.map((value, i) => 4 * (Math.abs(value) + Math.abs(t[i]!)));
    // Of a map that is shorter than the least norm, the norm is a constant.
    const follows = norms[0]! > 1e-12 ? 1 : 0;
    for (let i = 0; i < pixels; i++) {
      partial.value[sample]! += mean * differences[i]! ** 2;
      partial.magnitude[sample]! += mean * (Math.abs(differences[i]!) * sizes[i]! + 2 ** -24 * sizes[i]! ** 2);
      // d s_j / d own_i = (δ_ij − s_i s_j) / norm.
      for (let j = 0; j < pixels; j++) {
        const jacobian = ((i === j ? 1 : 0) - follows * s[i]! * s[j]!) / norms[0]!;
        const factor = (2 * mean * 2) / channels;
        slope.value[sample * pixels + i]! += factor * differences[j]! * jacobian;
        slope.magnitude[sample * pixels + i]! += factor * sizes[j]! * (Math.abs(s[i]! * s[j]!) + (i === j ? 1 : 0)) * (1 / norms[0]!);
      }
    }
  }
  return { partial, slope };
}

/** dy · slope · x, in float64. */
export function attentionTransferGradReference(x: Float64Array, slope: Float64Array, dy: number, channels: number): Reference {
  const value = x.map((element, at) => dy * slope[Math.floor(at / channels)]! * element);
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
