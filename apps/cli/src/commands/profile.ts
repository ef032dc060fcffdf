import path from "node:path";
import { heads } from "@kindling/models";
import type { Command } from "commander";
import { type CommandCall, defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { networkOptions } from "../networkKeys.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Profile } from "../profile/profileReport.ts";
import { recipeChanges } from "../recipeChanges.ts";
import type { Shell } from "../shell.ts";

const keys = {
  input: { kind: "size", help: "crops fed to the network, in pixels (default: the published, or the recipe's)" },
  batch: { kind: "integer", min: 1, help: "images at once (default 1, or the recipe's)" },
  joints: { kind: "integer", min: 1, help: "key points of the network (default: the published, 17 of most, or the recipe's)" },
  width: { kind: "number", min: 0, help: "factor on the network's channels (default 1, or the recipe's)" },
  refinements: { kind: "integer", min: 0, help: "openpose-lite: stages that refine the first maps (default 1, or the recipe's)" },
  stages: { kind: "integer", min: 1, help: "multi-hrnet: stages that are run, each with an exit (default 4, or the recipe's)" },
  branches: { kind: "integer", min: 2, help: "okdhp-hrnet: last stages with an ensemble (default 3, or the recipe's)" },
  head: {
    kind: "choice",
    choices: heads,
    help: "squeezenet-hpe: where the heatmaps are made (default afterUpsampling, or the recipe's)",
  },
  depth: {
    kind: "integer",
    min: 1,
    help: "sum layers by so many names of their paths (default: all in JSON, what is readable in the table)",
  },
  run: { kind: "flag", help: "also run on this machine's adapter, with random weights, and time every kernel" },
  trace: { kind: "path", help: "with run: write a Chrome trace, host spans and kernels, to this file (chrome://tracing, ui.perfetto.dev)" },
} as const;

/** `kindling profile MODEL-or-RECIPE`: what a network or a training step costs, and with `--run` where its time goes. */
export function profile(shell: Shell): Command {
  return defineCommand(shell, {
    name: "profile",
    summary: "counts parameters, MACs and memory by layer; with --run times every kernel on this machine's adapter",
    operands: [
      {
        name: "MODEL-or-RECIPE",
        help: "a network's forward pass (squeezenet-hpe, hrnet-w32, …), or the training step of a recipe (a .yaml file)",
      },
    ],
    keys,
    overrides: "replaces a value of the recipe: optimizer.kind=sgd",
    async run(call) {
      const { depth, run, trace } = call.values;
      if (trace !== undefined && !run) throw new InputError("trace is written by a run: add --run");
      if (trace !== undefined) await makeOutputFolder("trace", path.dirname(trace));
      const { profileReport } = await import("../profile/profileReport.ts");
      const isRecipe = /\.ya?ml$/.test(call.operands[0]!); // the one operand, checked
      return profileReport(isRecipe ? await profileOfRecipe(call) : await profileOfModel(call), depth);
    },
  });
}

async function profileOfModel({ operands: [model], values, overrides, progress, signal }: CommandCall<typeof keys>): Promise<Profile> {
  if (overrides[0]) throw new InputError(`${overrides[0].key} is a recipe's; a network by name takes batch and the options above`);
  const { batch = 1, run, trace } = values;
  const { profileModel } = await import("../profile/profileModel.ts");
  return profileModel({ model: model!, options: networkOptions(values), batch, run, trace, progress, signal });
}

async function profileOfRecipe({ operands: [file], values, overrides, progress, signal }: CommandCall<typeof keys>): Promise<Profile> {
  const { run, trace } = values;
  const { profileRecipe } = await import("../profile/profileRecipe.ts");
  return profileRecipe({ file: file!, overrides: recipeChanges(overrides, values), run, trace, progress, signal });
}
