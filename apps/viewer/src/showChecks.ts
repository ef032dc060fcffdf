import { byId, element } from "./element.ts";
import type { VariantMeasurement } from "./measureVariants.ts";
import { duration, scientific, threeDigits } from "./numberText.ts";
import type { ReferenceCheck } from "./referenceCheck.ts";

/** A measurement with its comparison. */
export interface CheckedVariant {
  readonly measurement: VariantMeasurement;
  readonly check: ReferenceCheck;
}

/** Shows errors and times of all variants and says whether they agree with the reference; returns whether they do. */
export function showChecks(variants: readonly CheckedVariant[]): boolean {
  byId("variants").replaceChildren(...variants.map(rowOf));
  const wrong = variants.filter(({ check }) => !(check.errorToBound < 1)).map(({ measurement }) => measurement.id);
  const worst = Math.max(...variants.map(({ check }) => check.error));
  const verdict = byId("verdict");
  verdict.dataset.right = String(wrong.length === 0);
  verdict.replaceChildren(
    ...(wrong.length === 0
      ? [
          "Right: every value agrees with the float64 reference computed beside it; the largest error is ",
          data(worst, scientific(worst)),
          ".",
        ]
      : [
          `Wrong: ${wrong.join(" and ")} disagree with the float64 reference; the largest error is `,
          data(worst, scientific(worst)),
          ". This is a bug in a kernel, the browser or the driver.",
        ]),
  );
  byId("method").textContent = methodOf(variants);
  return wrong.length === 0;
}

function rowOf({ measurement: { id, time, flops, compileMilliseconds }, check }: CheckedVariant): HTMLElement {
  const gflops = flops / time.milliseconds / 1e6;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, element("code", {}, id)),
    element("td", {}, data(check.error, scientific(check.error))),
    element("td", {}, data(check.errorToBound, `${threeDigits(check.errorToBound * 100)} %`)),
    element("td", {}, data(time.milliseconds, duration(time.milliseconds))),
    element("td", {}, data(gflops, threeDigits(gflops))),
    element("td", {}, data(compileMilliseconds, duration(compileMilliseconds))),
  );
}

function methodOf(variants: readonly CheckedVariant[]): string {
  const runs = variants.map(({ measurement: { id, time } }) => `${time.runsPerBatch} for ${id}`);
  const { flops, time } = variants[0]!.measurement; // variant 0 supports everything
  return (
    `The bound is what rounding in f32 may reach: 4·√terms·2⁻²⁴·Σ|terms|, value by value. Times are medians of ${time.batches} batches of runs ` +
    `(${runs.join(", ")}), from submission to completion, ${threeDigits(flops / 1e6)} MFLOP a run.`
  );
}

/** Text for people with the exact number for programs. */
function data(value: number, text: string): HTMLElement {
  return element("data", { value: String(value) }, text);
}
