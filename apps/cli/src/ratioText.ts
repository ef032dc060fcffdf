/** An error ÷ its bound, to be read at a glance: a right op stays below 1, mostly far; a wrong one is at 10 or far beyond. */
export function ratioText(ratio: number): string {
  if (!Number.isFinite(ratio)) return "∞";
  return ratio === 0 || (ratio >= 1e-3 && ratio < 1000) ? ratio.toFixed(3) : ratio.toExponential(1);
}
