/** The nearest whole number; of two equally near the even one, as Python, numpy and OpenCV round. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
