import { CommandTimer, type Device } from "@kindling/gpu";
import { ceilingsText, measureCeilings, peakOf } from "../bench/ceilings.ts";
import type { Peaks } from "../bench/floor.ts";

/** The adapter's ceilings for values stored as `dtype`, measured now; the text says how they were reached. */
export async function measurePeaks(device: Device, dtype: "f32" | "f16", signal: AbortSignal): Promise<Peaks & { readonly text: string }> {
  using timer = new CommandTimer(device);
  using ceilings = await measureCeilings(device, timer, signal);
  return { gflops: peakOf(ceilings, dtype).rate, gigabytesPerSecond: ceilings.bandwidth.rate, text: ceilingsText(ceilings) };
}
