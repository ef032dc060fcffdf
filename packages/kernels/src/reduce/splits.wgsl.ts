import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per element: y = `result`, an expression of `sum`, the sum of the element's partial results in the order of the splits. */
export const addSplits = (result: string): string => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  var sum = 0.0;
  for (var split = 0u; split < u.splits; split++) {
    sum += partial[split * u.size + index];
  }
  y[index] = YElement(${result});
}`;
