import type { Aval } from "@kindling/gpu";
import { mapPeaksKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { heatmapAxis } from "./axisOf.ts";

/** The highest cell of each heatmap, [n,k] each: its value, and its place, row · w + column, the first of equal ones. */
export interface MapPeaks {
  readonly peak: Tensor;
  readonly place: Tensor;
}

/** The highest cell of each heatmap: x [n,h,w,k]. NaN is passed over. They get no gradient. @throws ShapeError when x is not [n,h,w,k]. */
export function mapPeaks(x: Tensor): MapPeaks {
  const [peak, place] = record(mapPeaksOp, [x], {});
  return { peak: peak!, place: place! };
}

/** The rule object of {@link mapPeaks}. */
export const mapPeaksOp: Op<object> = {
  name: "mapPeaks",
  infer([x]) {
    const { outer, inner } = heatmapAxis("mapPeaks", x!);
    const maps: Aval = { shape: [outer, inner], dtype: "f32" };
    return [maps, maps];
  },
  lower: ({ inputs, outputs }) => [dispatch(mapPeaksKernel, heatmapAxis("mapPeaks", inputs[0]!), inputs, outputs)],
  vjp: "not differentiable",
};
