import path from "node:path";
import type { Device } from "@kindling/gpu";
import type { KernelCall } from "@kindling/kernels";
import type { Command } from "commander";
import { type CommandCall, defineCommand, type Report } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Keys } from "../keyValue.ts";
import { nearest } from "../nearest.ts";
import { pairOf } from "../networkKeys.ts";
import { recipeChanges } from "../recipeChanges.ts";
import { repositoryFolder } from "../repository.ts";
import type { Shell } from "../shell.ts";

const keys = {
  model: { kind: "text", help: "tune the forward pass of this network instead of a recipe's training step" },
  input: { kind: "size", help: "crops fed to the network, in pixels (default 256x192, or the recipe's)" },
  batch: { kind: "integer", min: 1, help: "images at once (default 1, or the recipe's)" },
  joints: { kind: "integer", min: 1, help: "heatmaps of the network (default 17, or the recipe's)" },
  width: { kind: "number", min: 0, help: "factor on the network's channels (default 1, or the recipe's)" },
  budget: { kind: "number", min: 0, default: 2, help: "seconds of timed runs a problem; each variant has three in any case" },
  ship: { kind: "flag", help: "write to packages/kernels/tuned of the repository, and only what beats the rule of thumb" },
} as const satisfies Keys;

/** `kindling tune [KERNEL…] [RECIPE…]`: measures which variant of each kernel is the fastest here, and remembers it. */
export function tune(shell: Shell): Command {
  return defineCommand(shell, {
    name: "tune",
    summary: "races the variants of every kernel of a training step on this adapter; later commands take the winners",
    operands: [
      {
        name: "KERNEL-or-RECIPE",
        help: "kernels to race (default: all), and recipes whose training step is raced (.yaml; default: those of the demo)",
        optional: true,
        many: true,
      },
    ],
    keys,
    overrides: "replaces a value of the recipes: precision=f16",
    run: runTune,
  });
}

async function runTune(call: CommandCall<typeof keys>): Promise<Report> {
  const { operands, values, progress, signal } = call;
  const recipes = operands.filter(isRecipe);
  const kernels = operands.filter((word) => !isRecipe(word));
  await checkKernels(kernels);
  if (values.model !== undefined && recipes.length > 0) throw new InputError("model is a network's forward pass: give it, or recipes");
  const { openDevice } = await import("@kindling/gpu");
  const { callsToRace } = await import("../tune/callsOf.ts");
  const { updateChoicesFile, userChoicesFile } = await import("../tune/choicesFile.ts");
  const { raceCalls } = await import("../tune/raceCalls.ts");
  const { tuneReport } = await import("../tune/tuneReport.ts");
  using device = await openDevice();
  const { fingerprint: adapter, capabilities } = device;
  const file = values.ship ? path.join(repository(), "packages/kernels/tuned", `${adapter}.json`) : userChoicesFile(adapter);
  await updateChoicesFile(file, adapter, (before) => before); // refuses a damaged one, or a folder that cannot be written to, before the work
  progress.note(`on ${device.info.description || device.info.device}`);
  const all = values.model === undefined ? await recipeCalls(device, recipes, call) : await networkCalls(device, values.model, call);
  const calls = callsToRace(all, kernels, device);
  if (calls.length === 0) {
    throw new InputError(
      `nothing to race: on this adapter no two variants of ${kernels.join(", ") || "any kernel"} support what is called`,
    );
  }
  const races = await raceCalls(device, calls, { file, onlyOthers: values.ship, seconds: values.budget, progress, signal });
  return tuneReport({ adapter, clock: capabilities.timestamps ? "timestamps" : "host", races, file });
}

function isRecipe(word: string): boolean {
  return /\.ya?ml$/.test(word);
}

async function checkKernels(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { kernelsAmong } = await import("@kindling/proof");
  const known = kernelsAmong(await import("@kindling/kernels")).map(({ kernel }) => kernel.name);
  for (const name of names.filter((word) => !known.includes(word))) {
    const near = nearest(name, known);
    throw new InputError(`there is no kernel "${name}"${near ? `; did you mean "${near}"?` : ""} (a recipe is a .yaml file)`);
  }
}

async function recipeCalls(
  device: Device,
  given: readonly string[],
  { values, overrides, progress, signal }: CommandCall<typeof keys>,
): Promise<readonly KernelCall[]> {
  const { readRecipe } = await import("@kindling/trainer");
  const { callsOfRecipe } = await import("../tune/callsOf.ts");
  const recipes =
    given.length > 0 ? given : ["baseline", "distilled"].map((name) => path.join(repository(), "recipes/demo", `${name}.yaml`));
  const calls: KernelCall[] = [];
  for (const file of recipes) {
    signal.throwIfAborted();
    const recipe = await readRecipe(file, recipeChanges(overrides, values));
    progress.note(`compiling the training step of ${recipe.name}`);
    calls.push(...(await callsOfRecipe(device, recipe)));
  }
  return calls;
}

async function networkCalls(
  device: Device,
  model: string,
  { values, overrides }: CommandCall<typeof keys>,
): Promise<readonly KernelCall[]> {
  if (overrides[0]) throw new InputError(`${overrides[0].key} is a recipe's; a network by name takes input, batch, joints and width`);
  const { callsOfNetwork } = await import("../tune/callsOf.ts");
  const { input = { height: 256, width: 192 }, batch = 1, joints = 17, width = 1 } = values;
  return callsOfNetwork(device, { model, joints, width, input: pairOf(input), batch });
}

function repository(): string {
  const folder = repositoryFolder();
  if (folder === undefined) throw new InputError("there is no repository around this command to take recipes from; name some, or model=…");
  return folder;
}
