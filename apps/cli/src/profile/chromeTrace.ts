import type { KernelTiming } from "@kindling/autograd";
import type { HostSpan } from "./hostSpans.ts";

/** The kernels of one profiled run of a program, and when the host began it. */
export interface ProfiledRun {
  readonly program: string;
  /** Milliseconds by performance.now(). */
  readonly start: number;
  readonly kernels: readonly KernelTiming[];
}

/**
 * A trace that chrome://tracing and ui.perfetto.dev open: the host's spans on one track, kernels on another. The two clocks are not the same one;
 * the first kernel of a run is drawn where the host began the run.
 * Trace Event Format, "complete" events (docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
 */
export function chromeTrace(spans: readonly HostSpan[], runs: readonly ProfiledRun[]): string {
  const origin = Math.min(...spans.map(({ start }) => start), ...runs.map(({ start }) => start));
  const events = [
    named("process_name", "kindling", 0),
    named("thread_name", "host", hostTrack),
    named("thread_name", "GPU", gpuTrack),
    ...spans.map(({ name, start, milliseconds }) => complete(name, hostTrack, 1000 * (start - origin), 1000 * milliseconds, {})),
    ...runs.flatMap(({ program, start, kernels }) =>
      kernels.map(({ kernel, variant, layer, flops, bytes, start: offset, microseconds }) =>
        complete(kernel, gpuTrack, 1000 * (start - origin) + offset, microseconds, { program, layer, variant, flops, bytes }),
      ),
    ),
  ];
  return `${JSON.stringify({ displayTimeUnit: "ms", traceEvents: events })}\n`;
}

const [hostTrack, gpuTrack] = [1, 2];

/** An event with a beginning and a duration, in microseconds. */
function complete(name: string, track: number, ts: number, dur: number, args: Readonly<Record<string, unknown>>): object {
  return { name, ph: "X", pid: 1, tid: track, ts, dur, args };
}

function named(what: "process_name" | "thread_name", name: string, track: number): object {
  return { name: what, ph: "M", pid: 1, tid: track, args: { name } };
}
