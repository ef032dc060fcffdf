import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** x, y [batch, height, width, channels]; which axis runs backwards. */
export type FlipProblem = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly axis: "height" | "width";
};

const uniforms = { batch: "u32", height: "u32", width: "u32", channels: "u32" } as const;

/** Images upside down, or left to right: x → y. */
export const flipKernel: Kernel<FlipProblem, typeof uniforms> = defineKernel({
  name: "flip",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: FlipProblem) => problem,
  variants: imageBandVariants(({ height, width }) => [height, width], ["x", "y"], source),
  cost: (p) => ({ flops: 0, bytes: 8 * p.batch * p.height * p.width * p.channels }),
});

/** One thread per column and `lanes` channels of a band of rows. */
function source(lanes: Lanes, { axis }: FlipProblem): string {
  const [h, w] = axis === "height" ? ["u.height - 1u - row", "column"] : ["row", "u.width - 1u - column"];
  return wgsl`
${imageBands({ height: "u.height", width: "u.width", channels: `u.channels / ${lanes}u` })}
  for (var row = firstRow; row < u.height; row += bands) {
    let xAt = ((n * u.height + ${h}) * u.width + ${w}) * channels + channel;
    y[((n * u.height + row) * u.width + column) * channels + channel] = YElement(x[xAt]);
  }
}`;
}
