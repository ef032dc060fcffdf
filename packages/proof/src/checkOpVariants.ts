import type { Device } from "@kindling/gpu";
import { fastestVariant } from "@kindling/kernels";
import { checkOp, type OpCheck } from "./checkOp.ts";
import type { OpCase } from "./opCase.ts";

/** A check with the variants it ran: "plain" is variant 0 of every kernel, "fastest" what programs take on this adapter. */
export interface OpVariantCheck extends OpCheck {
  readonly variants: "plain" | "fastest";
}

/** Checks an op with the plain variants and, where they are others, with the fastest. */
export async function checkOpVariants(device: Device, opCase: OpCase): Promise<OpVariantCheck[]> {
  let differ = false;
  const plain = await checkOp(device, opCase, {
    choose(kernel, problem) {
      differ ||= fastestVariant(kernel, problem, device.capabilities) !== kernel.variants[0];
      return kernel.variants[0];
    },
  });
  const checks: OpVariantCheck[] = [{ ...plain, variants: "plain" }];
  if (differ) checks.push({ ...(await checkOp(device, opCase)), variants: "fastest" });
  return checks;
}
