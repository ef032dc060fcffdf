import type { Device } from "@kindling/gpu";
import { fastestVariant } from "@kindling/kernels";
import { checkOp, type OpCheck } from "./checkOp.ts";
import type { OpCase } from "./opCase.ts";

/** A check with the variants it ran: "plain" is variant 0 of every kernel, "fastest" what programs take on this adapter. */
export interface OpVariantCheck extends OpCheck {
  readonly variants: "plain" | "fastest";
}

/** Checks an op with the plain variants and, where they are others, with the fastest; in f32 and, where op and adapter have it, in f16. */
export async function checkOpVariants(device: Device, opCase: OpCase): Promise<OpVariantCheck[]> {
  const checks: OpVariantCheck[] = [];
  for (const dtype of opCase.f32Only === undefined && device.capabilities.f16 ? (["f32", "f16"] as const) : (["f32"] as const)) {
    let differ = false;
    const plain = await checkOp(device, opCase, {
      dtype,
      choose(kernel, problem) {
        differ ||= fastestVariant(kernel, problem, device.capabilities) !== kernel.variants[0];
        return kernel.variants[0];
      },
    });
    checks.push({ ...plain, variants: "plain" });
    if (differ) checks.push({ ...(await checkOp(device, opCase, { dtype })), variants: "fastest" });
  }
  return checks;
}
