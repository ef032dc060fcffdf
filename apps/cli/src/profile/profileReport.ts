import type { ModelCosts } from "@kindling/models";
import type { Peaks } from "../bench/floor.ts";
import type { Report } from "../command.ts";
import { bytesText } from "./bytesText.ts";
import { type KernelRow, kernelRows, kernelTable } from "./kernelTable.ts";
import { layersToDepth, layerTable, type ProfiledLayer } from "./layerTable.ts";
import type { ProgramTimes } from "./timeProgram.ts";

/** A network of a profile. */
export interface ProfiledNetwork {
  /** "student", "teacher", "teacher.NAME", or the model's name. */
  readonly name: string;
  readonly costs: ModelCosts & { readonly layers: readonly ProfiledLayer[] };
}

/** Memory in bytes: its peak, and what that holds, by name. */
export interface PeakMemory {
  readonly peakBytes: number;
  readonly memory: Readonly<Record<string, number>>;
}

/** Everything that a profile found. */
export interface Profile extends PeakMemory {
  /** What was profiled: "squeezenet-hpe, input 384x288, batch 1". */
  readonly title: string;
  /** The totals are those of the first one. */
  readonly networks: readonly [ProfiledNetwork, ...ProfiledNetwork[]];
  /** Of a forward pass: what a training step of the same batch would take, in f32 with AdamW. */
  readonly training?: PeakMemory;
  readonly measured?: Measured;
}

/** What was measured with --run. */
export interface Measured {
  readonly adapter: string;
  readonly programs: readonly ProgramTimes[];
  /** Measured just before. */
  readonly ceilings: Peaks & { readonly text: string };
  /** Milliseconds from submitting an ordinary run, all programs one after the other, to its end; median. */
  readonly milliseconds: number;
  /** What the reader of the times must know. */
  readonly note?: string;
}

/** The report of `kindling profile`; `depth` cuts the module paths of the table, and of the JSON's layers when it is given. */
export function profileReport({ title, networks, peakBytes, memory, training, measured }: Profile, depth: number | undefined): Report {
  const [{ costs }] = networks;
  const rows = measured ? kernelRows(measured.programs, measured.ceilings) : [];
  return {
    json: {
      ...totals(costs),
      peakBytes,
      memory,
      ...(training ? { training } : {}),
      layers: networks.flatMap((network) => (depth === undefined ? network.costs.layers : layersToDepth(network.costs.layers, depth))),
      kernels: rows,
      ...(networks.length > 1 ? { networks: Object.fromEntries(networks.map((network) => [network.name, totals(network.costs)])) } : {}),
      ...(measured
        ? {
            adapter: measured.adapter,
            ceilings: measured.ceilings,
            clock: measured.programs[0]!.clock,
            tuned: tunedOf(measured),
            milliseconds: measured.milliseconds,
          }
        : {}),
    },
    text: [
      title,
      ...networks.flatMap((network) => networkLines(network, depth ?? tableDepth(network))),
      `planned peak memory ${memoryText({ peakBytes, memory })}`,
      ...(training ? [`of a training step in f32 with AdamW, same batch, ${memoryText(training)}`] : []),
      ...(measured ? measuredLines(measured, rows) : []),
    ].join("\n"),
  };
}

/** Rows of layers that can still be taken in. */
const readableRows = 40;

/** The deepest cut of the paths whose table is readable. */
function tableDepth({ costs: { layers } }: ProfiledNetwork): number {
  const deepest = Math.max(...layers.map(({ name }) => name.split(".").length));
  for (let depth = deepest; depth > 1; depth--) if (layersToDepth(layers, depth).length <= readableRows) return depth;
  return 1;
}

function totals({ parameters, macs, computedMacs }: ModelCosts): Readonly<Record<string, number>> {
  return { parameters, macs, flops: 2 * macs, computedMacs };
}

function networkLines({ name, costs }: ProfiledNetwork, depth: number): readonly string[] {
  const { parameters, macs, computedMacs, layers } = costs;
  return [
    "",
    layerTable(layersToDepth(layers, depth)),
    "",
    `${name}: ${grouped(parameters)} parameters, ${grouped(macs)} MACs an image: multiply–accumulates of convolutions and linear layers, by definition`,
    `"GFLOPs" of most papers are MACs / 10^9: ${(macs / 1e9).toFixed(3)}; of HRNet's README MACs / 2^30: ${(macs / 2 ** 30).toFixed(2)}; at two operations a MAC: ${((2 * macs) / 1e9).toFixed(3)}`,
    `our kernels compute ${grouped(computedMacs)} MACs (${(computedMacs / macs).toFixed(3)} of those)`,
  ];
}

function memoryText({ peakBytes, memory }: PeakMemory): string {
  const parts = Object.entries(memory).map(([name, bytes]) => `${name} ${bytesText(bytes)}`);
  return `${bytesText(peakBytes)}: ${parts.join(", ")}`;
}

/** Dispatches by variants that were measured on the adapter. */
function tunedOf({ programs }: Measured): number {
  return programs.reduce((sum, { kernels }) => sum + kernels.filter(({ tuned }) => tuned).length, 0);
}

function measuredLines(measured: Measured, rows: readonly KernelRow[]): readonly string[] {
  const { adapter, programs, ceilings, milliseconds, note } = measured;
  const dispatches = rows.reduce((sum, { calls }) => sum + calls, 0);
  const tuned = tunedOf(measured);
  const kernels = rows.reduce((sum, { microseconds }) => sum + microseconds, 0) / 1000;
  const { clock, rounds } = programs[0]!; // a profile has programs
  const how =
    clock === "wall clock" ? "wall clock a dispatch, with the way to the adapter and back" : "timestamp queries, one pass a dispatch";
  return [
    "",
    kernelTable(rows),
    "",
    `on ${adapter}`,
    `ceilings, measured just before: ${ceilings.text}`,
    tuned > 0
      ? `${tuned} of ${dispatches} dispatches by tuned variants (KINDLING_CHOICES=none: by the rule of thumb alone)`
      : "every dispatch by the rule of thumb; `kindling tune` measures which variants are the fastest here",
    `kernels ${kernels.toFixed(2)} ms (${how}; medians of ${rounds} rounds); an ordinary run ${milliseconds.toFixed(2)} ms`,
    ...(note === undefined ? [] : [note]),
  ];
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
