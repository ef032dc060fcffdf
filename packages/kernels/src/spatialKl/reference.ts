import type { Axis, AxisProblem } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";
import { logSumExpReference } from "../softmax/reference.ts";

/** Magnitude whose rounding is what adapters lose when they flush probabilities below 2⁻¹²⁶ to zero. */
const underflow = 2 ** -100;

/** weight · Σ p (ln p − ln q) of each map, p = softmax(scale · teacher) and q = softmax(scale · student) over `length`, in float64: [outer, inner]. */
export function spatialKlReference(p: Axis, student: Float64Array, teacher: Float64Array, weight: Float64Array, scale: number): Reference {
  const { magnitude, terms } = spatialKlRangesReference({ ...p, splits: 1 }, student, teacher, weight, scale);
  const value = new Float64Array(magnitude.length);
  for (const { map, surprise } of pixels(p, student, teacher, scale)) value[map]! += weight[map]! * surprise;
  return { value, magnitude, terms };
}

/** weight · Σ (p (ln p − ln q) − p + q) over each range of each map, in float64: [splits, outer, inner]. */
export function spatialKlRangesReference(
  p: AxisProblem,
  student: Float64Array,
  teacher: Float64Array,
  weight: Float64Array,
  scale: number,
): Reference {
  const maps = p.outer * p.inner;
  const value = new Float64Array(p.splits * maps);
  const magnitude = new Float64Array(value.length);
  const positions = Math.ceil(p.length / p.splits);
  for (const { map, position, logTeacher, logStudent, surprise, rounding } of pixels(p, student, teacher, scale)) {
    const range = Math.floor(position / positions) * maps + map;
    const difference = Math.exp(logStudent) - Math.exp(logTeacher);
    const excess = difference + surprise;
    value[range]! += weight[map]! * excess;
    // An error of ln(p / q) counts by the slope, which is 0 where p = q, and there by its square.
    const [slope, curvature] = [Math.abs(difference), Math.exp(logStudent)];
    magnitude[range]! +=
      Math.abs(weight[map]!) * (excess * (4 - logTeacher + rounding) + slope * rounding + curvature * rounding ** 2 * 2 ** -24 + underflow);
  }
  return { value, magnitude, terms: p.length };
}

/** dy · weight · scale · (q − p) for each pixel, in float64. */
export function spatialKlGradReference(
  p: Axis,
  student: Float64Array,
  teacher: Float64Array,
  weight: Float64Array,
  dy: number,
  scale: number,
): Reference {
  const value = new Float64Array(student.length);
  const magnitude = new Float64Array(student.length);
  for (const { map, at, logTeacher, logStudent, rounding } of pixels(p, student, teacher, scale)) {
    const factor = dy * weight[map]! * scale;
    const difference = Math.exp(logStudent) - Math.exp(logTeacher);
    value[at] = factor * difference;
    magnitude[at] = Math.abs(factor) * (Math.abs(difference) * (4 - logTeacher + rounding) + Math.exp(logStudent) * rounding + underflow);
  }
  return { value, magnitude, terms: 1 };
}

/** dy · scale · p · (weight · ln(p / q) − divergence) for each pixel, in float64: `divergence` is that of its map, weighted. */
export function spatialKlTeacherGradReference(
  p: Axis,
  student: Float64Array,
  teacher: Float64Array,
  weight: Float64Array,
  divergence: Float64Array,
  dy: number,
  scale: number,
): Reference {
  const value = new Float64Array(student.length);
  const magnitude = new Float64Array(student.length);
  for (const { map, at, logTeacher, surprise, rounding } of pixels(p, student, teacher, scale)) {
    const probability = Math.exp(logTeacher);
    value[at] = dy * scale * (weight[map]! * surprise - probability * divergence[map]!);
    const terms = Math.abs(weight[map]! * surprise) + probability * Math.abs(divergence[map]!);
    const ofRatio = Math.abs(weight[map]!) * probability * rounding;
    const flushed = underflow * (Math.abs(weight[map]!) * rounding + Math.abs(divergence[map]!));
    magnitude[at] = Math.abs(dy * scale) * (terms * (4 - logTeacher + rounding) + ofRatio + flushed);
  }
  return { value, magnitude, terms: 1 };
}

/** What is known of a pixel. */
interface Pixel {
  readonly map: number;
  /** Its place in its map. */
  readonly position: number;
  /** Its place in memory. */
  readonly at: number;
  readonly logTeacher: number;
  readonly logStudent: number;
  /** p ln p − p ln q, where 0 ln 0 is 0 but 0 · ln q is NaN if q is 0 too, as in PyTorch. */
  readonly surprise: number;
  /** The sum of magnitudes that ln p − ln q is rounded from. */
  readonly rounding: number;
}

function* pixels(p: Axis, student: Float64Array, teacher: Float64Array, scale: number): Generator<Pixel> {
  const studentLse = logSumExpReference(p, student, scale).value;
  const teacherLse = logSumExpReference(p, teacher, scale).value;
  for (let outer = 0; outer < p.outer; outer++)
    for (let position = 0; position < p.length; position++)
      for (let inner = 0; inner < p.inner; inner++) {
        const map = outer * p.inner + inner;
        const at = (outer * p.length + position) * p.inner + inner;
        const [s, t] = [scale * student[at]!, scale * teacher[at]!];
        const [logStudent, logTeacher] = [s - studentLse[map]!, t - teacherLse[map]!];
        yield {
          map,
          position,
          at,
          logStudent,
          logTeacher,
          surprise: surpriseOf(Math.exp(logTeacher), logTeacher, logStudent),
          rounding: Math.abs(s) + Math.abs(t) + Math.abs(studentLse[map]!) + Math.abs(teacherLse[map]!),
        };
      }
}

function surpriseOf(p: number, logP: number, logQ: number): number {
  return logP === Number.NEGATIVE_INFINITY ? -p * logQ : p * (logP - logQ);
}
