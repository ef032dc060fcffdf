import type { VariantChoices } from "./device.ts";

/** "gpu" refuses adapters that run on the processor, "software" takes only those. */
export type AdapterChoice = "gpu" | "software";

/** How to open a device. */
export interface OpenDeviceOptions {
  /** Unset: hardware where there is some, else software. Under Node the variable KINDLING_ADAPTER fills in for an unset choice. */
  readonly adapter?: AdapterChoice;
  /**
   * False turns off Dawn's call validation and the bounds checks in shaders, for timed runs of programs that passed with them on.
   * Default true. A browser always validates.
   */
  readonly validate?: boolean;
  /**
   * True opens Dawn's null backend: it takes every call and computes nothing, so that what the host does can be timed alone.
   * Default false. A browser has none.
   */
  readonly computeNothing?: boolean;
  /** What was measured on the adapter of this fingerprint; nothing when absent, and each kernel's rule of thumb decides. */
  readonly choices?: (fingerprint: string) => VariantChoices | Promise<VariantChoices>;
}
