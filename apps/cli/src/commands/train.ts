import { rm } from "node:fs/promises";
import type { Recipe, RunEvent, TermPull } from "@kindling/trainer";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Progress } from "../progress.ts";
import type { Shell } from "../shell.ts";
import { versions } from "../versions.ts";

/** `kindling train RECIPE [key=value…]` and `kindling train RUN resume`. */
export function train(shell: Shell): Command {
  return defineCommand(shell, {
    name: "train",
    summary: "trains a recipe into runs/<name>, or goes on with a run exactly where it stopped",
    operands: [{ name: "RECIPE", help: "a recipe (YAML), or HRNet's own configuration; with `resume` the folder of a run" }],
    keys: {
      resume: { kind: "flag", help: "go on with the run whose folder is given" },
      runs: { kind: "path", default: "runs", help: "where the run folder is made" },
    },
    overrides:
      "replaces a value of the recipe: epochs=10, batchSize=32, accumulate=4, optimizer.learningRate=5e-4; with resume, epochs=+50",
    async run({ operands: [target], values, overrides, progress, signal, words, event }) {
      const { bestResults, createRunFolder, openRunFolder, readRecipe, readResults, recipeDigest, trainRun } = await import(
        "@kindling/trainer"
      );
      const { openTunedDevice } = await import("../tune/tunedDevice.ts");
      const changes = Object.fromEntries(overrides.map(({ key, value }) => [key, value]));
      const existing = values.resume ? await openRunFolder(target!) : null; // the one operand, checked
      const recipe = await readRecipe(existing?.recipe ?? target!, changes, ({ yaml, notes }) => {
        progress.note(`${target} is a configuration of HRNet's code; as a recipe:\n${yaml}`);
        for (const note of notes) progress.note(`not as there: ${note}`);
      });
      if (existing) {
        const before = await readRecipe(existing.recipe);
        if (recipeDigest(before) !== recipeDigest(recipe)) {
          throw new InputError(`${target}: a run resumes with its own recipe; only epochs, earlyStopping and saveEvery can be changed`);
        }
      }
      const folder = existing ?? (await createRunFolder(values.runs, recipe.name));
      const run = trainRun({
        recipe,
        folder,
        resume: existing !== null,
        openDevice: () => openTunedDevice((text) => progress.note(text)),
        argv: words,
        versions: versions(),
        signal,
      });
      let last: RunEvent["kind"] = "start";
      try {
        for await (const happened of run) {
          show(happened, recipe, progress);
          event(jsonOf(happened));
          if (happened.kind !== "checkpoint" && happened.kind !== "teacher") last = happened.kind;
        }
      } catch (error) {
        // What failed before its first step is no run: the next try shall have the name.
        if (!existing && last === "start") await rm(folder.path, { recursive: true, force: true });
        throw error;
      }
      progress.end();
      if (last === "interrupted") {
        progress.note(`stopped and saved; go on with: kindling train ${folder.path} resume`);
        return undefined;
      }
      const best = bestResults(await readResults(folder.results), recipe.metric);
      const [pck, epoch] = [best?.["validation/pck"] ?? Number.NaN, best?.epoch];
      return {
        json: { kind: "done", run: folder.path, ...(best ? { best: { pck, epoch } } : {}) },
        text: `${folder.path}${best ? `: best PCK ${pck.toFixed(3)} after epoch ${epoch}` : ""}`,
      };
    },
  });
}

function show(event: RunEvent, recipe: Recipe, progress: Progress): void {
  const {
    precision,
    accumulate,
    schedule: { epochs },
  } = recipe;
  switch (event.kind) {
    case "start": {
      const { device, data, trainer, fromStep, parameters } = event;
      progress.note(`on ${device.info.description || device.info.device} (${device.info.software ? "software" : device.info.backend})`);
      if (event.precision !== precision)
        progress.note(`this adapter has no shader-f16: the recipe's ${precision} is computed in ${event.precision}`);
      if (event.otherVariants)
        progress.note(
          "other variants of kernels than before (tuned choices, adapter or version changed): an uninterrupted run would differ in its last bits",
        );
      for (const role of ["training", "validation"] as const) {
        const dataset = data[role];
        const skipped = [...dataset.skipped].filter(([, count]) => count > 0).map(([reason, count]) => `${count} ${reason}`);
        progress.note(`${role}: ${dataset.samples.length} persons${skipped.length > 0 ? `; left out: ${skipped.join(", ")}` : ""}`);
      }
      for (const [name, report] of Object.entries(trainer.step.reports)) {
        const bytes = `${(report.plannedBytes / 2 ** 20).toFixed(1)} MiB planned, ${(report.unplannedBytes / 2 ** 20).toFixed(1)} without reuse`;
        const runs = trainer.step.runs[name]!; // named as the reports
        progress.note(
          `${name}${runs > 1 ? `, ${runs} times a step` : ""}: ${report.dispatches} dispatches, ${report.pipelines} new pipelines, ${bytes}, ${(report.flops / 1e9).toFixed(2)} GFLOP`,
        );
      }
      progress.note(`a step takes ${memoryText(event)}`);
      if (accumulate > 1)
        progress.note(`batches of ${recipe.data.batchSize} in ${accumulate} parts of ${recipe.data.batchSize / accumulate}`);
      progress.note(`the student has ${parameters} parameters`);
      progress.begin("training", epochs * trainer.stepsPerEpoch, fromStep);
      progress.update(fromStep, "");
      break;
    }
    case "step":
      if (event.lossScale?.skipped) {
        progress.note(`step ${event.step}: a gradient exceeded f16, the step is skipped; the loss scale is now ${event.lossScale.scale}`);
      }
      progress.update(
        event.step,
        `epoch ${event.epoch + 1}/${epochs}  ${lossText(event.losses)}  lr ${event.learningRate.toExponential(2)}`,
      );
      break;
    case "replaced":
      progress.note(`step ${event.step}: ${event.path} ${event.problem}; another person is trained on in its place`);
      break;
    case "epoch": {
      const replaced = event.replaced === undefined ? "" : `  ${event.replaced} unreadable`;
      progress.note(`epoch ${event.epoch}/${epochs}  ${lossText(event.losses)}  ${event.imagesPerSecond.toFixed(1)} images/s${replaced}`);
      if (event.terms) progress.note(`  pulls at the outputs  ${pullText(event.terms)}`);
      break;
    }
    case "validation": {
      const { pck, oks, loss: value } = event.evaluation;
      const loss = `${oks ? `  AP ${oks.AP.toFixed(3)}` : ""}${value === undefined ? "" : `  loss ${value.toPrecision(4)}`}`;
      progress.note(`  validation  PCK ${pck.toFixed(3)}${loss}${event.best ? "  best so far" : ""}`);
      if (event.exits) progress.note(`    PCK of the exits  ${event.exits.map((exit) => exit.pck.toFixed(3)).join("  ")}`);
      break;
    }
    case "stopped": {
      const { metric, patience, best } = event;
      progress.note(
        `stopped early: ${patience === 1 ? "the last validation was" : `the last ${patience} validations were`} no better than ${metric} ${best.value.toPrecision(4)} after epoch ${best.epoch}; a larger earlyStopping.patience with resume goes on`,
      );
      break;
    }
    case "teacher":
      if (!event.stops) progress.note(event.text);
      break;
    case "deviceLost":
      progress.note(`${event.message}; opening the device again`);
      break;
    case "checkpoint":
    case "interrupted":
      break;
    default:
      event satisfies never;
  }
}

/** Planned before the first step: what the step's programs hold, in all. */
function memoryText({ trainer, storeBytes }: Extract<RunEvent, { kind: "start" }>): string {
  const reports = Object.values(trainer.step.reports);
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const shared = reports.reduce((sum, { plannedBytes }) => sum + plannedBytes, 0);
  const unshared = reports.reduce((sum, { unplannedBytes }) => sum + unplannedBytes, 0);
  const parts = `${mebibytes(storeBytes)} of parameters, gradients and optimiser, ${mebibytes(shared)} of activations`;
  return `${mebibytes(storeBytes + shared)} MiB: ${parts} (${mebibytes(unshared)} without reuse)`;
}

function lossText(losses: Readonly<Record<string, number>>): string {
  return Object.entries(losses)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join("  ");
}

/** What each term counts and its share of the gradients at the student's outputs; a term inside the networks has none there. */
function pullText(terms: Readonly<Record<string, TermPull>>): string {
  return Object.entries(terms)
    .map(([name, { weight, gradientShare }]) => {
      const share = gradientShare === undefined ? "–" : `${(100 * gradientShare).toFixed(1)} %`;
      return `${name} ${share} (weight ${weight.toPrecision(3)})`;
    })
    .join("  ");
}

/** The event as one JSON line; the start only says what was opened. */
function jsonOf(event: RunEvent): Readonly<Record<string, unknown>> {
  if (event.kind === "start") {
    return {
      kind: "start",
      adapter: event.device.fingerprint,
      precision: event.precision,
      persons: event.data.training.samples.length,
      fromStep: event.fromStep,
    };
  }
  if (event.kind === "teacher") return { kind: "teacher", ...event.check };
  if (event.kind !== "validation") return { ...event };
  const { pck, loss, perJoint } = event.evaluation;
  return {
    kind: "validation",
    step: event.step,
    epoch: event.epoch,
    pck,
    loss,
    perJoint,
    best: event.best,
    ...(event.exits ? { exits: event.exits } : {}),
  };
}
