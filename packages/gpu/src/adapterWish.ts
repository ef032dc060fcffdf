import type { AdapterChoice } from "./openDeviceOptions.ts";

/** Which adapter is asked for. `any` takes hardware first, then the system's software adapter, then the embedded SwiftShader. */
export type AdapterWish =
  | { readonly kind: "any" | "gpu" | "software" | "swiftshader" }
  /** The first adapter whose name contains `name`, without regard to case. */
  | { readonly kind: "named"; readonly name: string };

/**
 * The wish of a caller's option, or, when it is unset, of the variable KINDLING_ADAPTER:
 * `gpu`, `software`, `swiftshader` (the embedded one) or a part of an adapter's name such as `llvmpipe` or `H200`.
 */
export function adapterWish(option: AdapterChoice | undefined, environment: string | undefined): AdapterWish {
  if (option) return { kind: option };
  const word = environment?.trim() ?? "";
  switch (word.toLowerCase()) {
    case "":
      return { kind: "any" };
    case "gpu":
    case "software":
    case "swiftshader":
      return { kind: word.toLowerCase() as "gpu" | "software" | "swiftshader" }; // exactly the three cases above
    default:
      return { kind: "named", name: word };
  }
}
