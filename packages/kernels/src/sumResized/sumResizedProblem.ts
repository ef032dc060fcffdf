/**
 * A sum of 2 to 4 batches of images, each resized to the same size: x0 … [batch, height0, width0, channels], y [batch, height, width, channels].
 * Sizes of terms that there are none of are 0.
 */
export type SumResizedProblem = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly height0: number;
  readonly width0: number;
  readonly height1: number;
  readonly width1: number;
  readonly height2: number;
  readonly width2: number;
  readonly height3: number;
  readonly width3: number;
  readonly activation: "none" | "relu";
};

/** Uniform fields of {@link SumResizedProblem}. */
export const sumResizedUniforms = {
  batch: "u32",
  height: "u32",
  width: "u32",
  channels: "u32",
  height0: "u32",
  width0: "u32",
  height1: "u32",
  width1: "u32",
  height2: "u32",
  width2: "u32",
  height3: "u32",
  width3: "u32",
} as const;

/** Height and width of each term. */
export function sumResizedSizes(p: SumResizedProblem): readonly (readonly [height: number, width: number])[] {
  const all = [
    [p.height0, p.width0],
    [p.height1, p.width1],
    [p.height2, p.width2],
    [p.height3, p.width3],
  ] as const;
  return all.filter(([height]) => height > 0);
}
