import type { Command } from "commander";
import { type CommandCall, defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { pairOf } from "../networkKeys.ts";
import type { Shell } from "../shell.ts";

const keys = {
  input: { kind: "size", help: "crops fed to the network, in pixels (default 256x192)" },
  batch: { kind: "integer", min: 1, help: "images at once (default 1)" },
  joints: { kind: "integer", min: 1, default: 17, help: "heatmaps of the network" },
  width: { kind: "number", min: 0, default: 1, help: "factor on the network's channels" },
  depth: {
    kind: "integer",
    min: 1,
    help: "sum layers by so many names of their paths (default: all in JSON, what is readable in the table)",
  },
  run: { kind: "flag", help: "also run on this machine's adapter and time every kernel" },
  trace: { kind: "path", help: "with run: write a Chrome trace, host spans and kernels, to this file (chrome://tracing, ui.perfetto.dev)" },
} as const;

/** `kindling profile MODEL`: what a network costs, and with `--run` where its time goes. */
export function profile(shell: Shell): Command {
  return defineCommand(shell, {
    name: "profile",
    summary: "counts parameters, MACs and memory by layer; with --run times every kernel on this machine's adapter",
    operands: [{ name: "MODEL", help: "a network, squeezenet-hpe or hrnet-w32 for example" }],
    keys,
    run: (call) => profileModelOf(call),
  });
}

async function profileModelOf({ operands: [model], values, signal }: CommandCall<typeof keys>) {
  const { input = { height: 256, width: 192 }, batch = 1, joints, width, depth, run, trace } = values;
  if (trace !== undefined && !run) throw new InputError("trace is written by a run: add --run");
  const { profileModel } = await import("../profile/profileModel.ts");
  const { profileReport } = await import("../profile/profileReport.ts");
  const found = await profileModel({ model: model!, joints, width, input: pairOf(input), batch, run, trace, signal });
  return profileReport(found, depth);
}
