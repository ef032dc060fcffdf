import type { AxisProblem } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";
import { logSumExpReference } from "../softmax/reference.ts";

/** Magnitude whose rounding is what adapters lose when they flush probabilities below 2⁻¹²⁶ to zero. */
const underflow = 2 ** -100;

/** Sizes of [outer, length, inner]. */
type Axis = Omit<AxisProblem, "splits">;

/** weight · Σ p (ln p − ln q) of each map, p = softmax(scale · teacher) and q = softmax(scale · student) over `length`, in float64: [outer, inner]. */
export function spatialKlReference(p: Axis, student: Float64Array, teacher: Float64Array, weight: Float64Array, scale: number): Reference {
  const value = new Float64Array(p.outer * p.inner);
  const magnitude = new Float64Array(value.length);
  for (const { map, logTeacher, logStudent, rounding } of pixels(p, student, teacher, scale)) {
    const probability = Math.exp(logTeacher);
    const ratio = logTeacher - logStudent;
    value[map]! += weight[map]! * probability * ratio;
    const excess = Math.exp(logStudent) - probability + probability * ratio;
    const [slope, curvature] = [Math.abs(Math.exp(logStudent) - probability), Math.exp(logStudent)];
    // An error of ln(p / q) counts by the slope, which is 0 where p = q, and there by its square.
    magnitude[map]! +=
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

/** Log-probabilities of every pixel, and the sum of magnitudes that their difference is rounded from. */
function* pixels(
  p: Axis,
  student: Float64Array,
  teacher: Float64Array,
  scale: number,
): Generator<{ map: number; at: number; logTeacher: number; logStudent: number; rounding: number }> {
  const studentLse = logSumExpReference(p, student, scale).value;
  const teacherLse = logSumExpReference(p, teacher, scale).value;
  for (let outer = 0; outer < p.outer; outer++)
    for (let i = 0; i < p.length; i++)
      for (let inner = 0; inner < p.inner; inner++) {
        const map = outer * p.inner + inner;
        const at = (outer * p.length + i) * p.inner + inner;
        const [s, t] = [scale * student[at]!, scale * teacher[at]!];
        yield {
          map,
          at,
          logStudent: s - studentLse[map]!,
          logTeacher: t - teacherLse[map]!,
          rounding: Math.abs(s) + Math.abs(t) + Math.abs(studentLse[map]!) + Math.abs(teacherLse[map]!),
        };
      }
}
