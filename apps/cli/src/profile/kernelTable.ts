import type { Peaks } from "../bench/floor.ts";
import { textTable } from "../textTable.ts";
import type { ProgramTimes } from "./timeProgram.ts";

/** All calls of one variant of a kernel in one run of the whole. */
export interface KernelRow {
  readonly kernel: string;
  readonly variant: string;
  readonly calls: number;
  /** Of all calls together. */
  readonly microseconds: number;
  /** Of the time of all kernels, 0–1. */
  readonly share: number;
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** Of the adapter's ceilings, in percent. */
  readonly ofPeak: number;
  readonly ofBandwidth: number;
}

/** Time and throughput of every kernel and variant of some programs, against the adapter's ceilings, the longest first. */
export function kernelRows(programs: readonly ProgramTimes[], peaks: Peaks): readonly KernelRow[] {
  const sums = new Map<string, { kernel: string; variant: string; calls: number; microseconds: number; flops: number; bytes: number }>();
  for (const { runs, kernel, variant, microseconds, flops, bytes } of programs.flatMap(({ runs, kernels }) =>
    kernels.map((each) => ({ ...each, runs })),
  )) {
    const key = `${kernel}/${variant}`;
    const sum = sums.get(key) ?? { kernel, variant, calls: 0, microseconds: 0, flops: 0, bytes: 0 };
    sum.calls += runs;
    sum.microseconds += runs * microseconds;
    sum.flops += runs * flops;
    sum.bytes += runs * bytes;
    sums.set(key, sum);
  }
  const all = [...sums.values()];
  const total = all.reduce((sum, { microseconds }) => sum + microseconds, 0);
  return all
    .map(({ flops, bytes, ...row }) => {
      const [gflops, gigabytesPerSecond] = [perSecond(flops, row.microseconds), perSecond(bytes, row.microseconds)];
      return {
        ...row,
        share: total > 0 ? row.microseconds / total : 0,
        gflops,
        gigabytesPerSecond,
        ofPeak: (100 * gflops) / peaks.gflops,
        ofBandwidth: (100 * gigabytesPerSecond) / peaks.gigabytesPerSecond,
      };
    })
    .sort((a, b) => b.microseconds - a.microseconds);
}

/** {@link kernelRows} as a table. */
export function kernelTable(rows: readonly KernelRow[]): string {
  return textTable([
    ["kernel", "variant", "calls", "µs", "share %", "GFLOP/s", "% of peak", "GB/s", "% of copy"],
    ...rows.map(({ kernel, variant, calls, microseconds, share, ...rates }) => [
      kernel,
      variant,
      String(calls),
      microseconds.toFixed(1),
      (100 * share).toFixed(1),
      rates.gflops.toFixed(2),
      rates.ofPeak.toFixed(1),
      rates.gigabytesPerSecond.toFixed(2),
      rates.ofBandwidth.toFixed(1),
    ]),
  ]);
}

/** Billions a second; 0 for calls too short for the clock. */
function perSecond(amount: number, microseconds: number): number {
  return microseconds > 0 ? amount / microseconds / 1000 : 0;
}
