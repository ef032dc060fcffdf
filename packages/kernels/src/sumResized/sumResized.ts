import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";
import { type SumResizedProblem, sumResizedSizes, sumResizedUniforms } from "./sumResizedProblem.ts";

/** Kernels of {@link SumResizedProblem} by their number of terms. */
export type SumResizedKernels = Readonly<Record<2 | 3 | 4, Kernel<SumResizedProblem, typeof sumResizedUniforms>>>;

/** x0, x1, … → y: the sum of all terms, from the first to the last, each resized to the nearest neighbour as in PyTorch; then the activation. */
export const sumResizedKernels: SumResizedKernels = { 2: define(2), 3: define(3), 4: define(4) };

function define(terms: 2 | 3 | 4): Kernel<SumResizedProblem, typeof sumResizedUniforms> {
  const reads = Array.from({ length: terms }, (_, term) => `x${term}`);
  return defineKernel({
    name: `sumResized${terms}`,
    reads,
    writes: ["y"],
    f16: [...reads, "y"],
    uniforms: sumResizedUniforms,
    uniformValues: (problem: SumResizedProblem) => problem,
    variants: imageBandVariants(({ height, width }) => [height, width], [...reads, "y"], source),
    cost(p) {
      const pixels = p.height * p.width;
      const read = sumResizedSizes(p).reduce((sum, [height, width]) => sum + height * width, 0);
      return { flops: terms * p.batch * pixels * p.channels, bytes: 4 * p.batch * (read + pixels) * p.channels };
    },
  });
}

/** One thread per output column and `lanes` channels of a band of rows. Terms of the output's size need no position of their own. */
function source(lanes: Lanes, problem: SumResizedProblem): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  const sameSize = sumResizedSizes(problem).map(([height, width]) => height === problem.height && width === problem.width);
  const columns = sameSize.map((same, i) => (same ? "" : `let column${i} = column * u.width${i} / u.width;`));
  const position = (i: number) =>
    sameSize[i] ? "at" : `((n * u.height${i} + row * u.height${i} / u.height) * u.width${i} + column${i}) * channels + channel`;
  return wgsl`
${imageBands({ height: "u.height", width: "u.width", channels: `u.channels / ${lanes}u` })}
  ${columns.join("\n  ")}
  for (var row = firstRow; row < u.height; row += bands) {
    let at = ((n * u.height + row) * u.width + column) * channels + channel;
    var sum = ${type}(x0[${position(0)}]);
    ${sameSize
      .slice(1)
      .map((_, i) => `sum += ${type}(x${i + 1}[${position(i + 1)}]);`)
      .join("\n    ")}
    #if ${problem.activation === "relu"}
    // Not max(): a NaN passes through, as in PyTorch.
    y[at] = YElement(select(sum, ${type}(0.0), sum < ${type}(0.0)));
    #else
    y[at] = YElement(sum);
    #endif
  }
}`;
}
