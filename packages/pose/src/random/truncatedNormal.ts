import { normal, type RandomSource } from "./random.ts";

/**
 * A normal number of mean 0 and the given deviation within ±limit. Beyond it a draw is moved to the limit (`clip`: HRNet's `np.clip`, which gives the
 * limits themselves a chance) or drawn again (`redraw`: SciPy's `truncnorm`, as mmpose).
 */
export function truncatedNormal(random: RandomSource, deviation: number, limit: number, beyond: "clip" | "redraw"): number {
  if (deviation === 0 || limit === 0) return 0;
  if (beyond === "clip") return Math.max(-limit, Math.min(limit, deviation * normal(random)));
  for (;;) {
    const value = deviation * normal(random);
    if (Math.abs(value) <= limit) return value;
  }
}
