import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import type { Step, StepCommand } from "./steps.ts";

/** How a step ended. */
export interface StepResult {
  readonly name: string;
  /** "left out": the machine lacks its program; "stopped": it took longer than it may; "not begun": no time was left, or the run was ended. */
  readonly result: "passed" | "failed" | "stopped" | "left out" | "not begun";
  readonly seconds: number;
  /** Why it is not "passed". */
  readonly why?: string;
}

/** What steps are run with. */
export interface StepSurroundings {
  /** Folder that holds a folder a step. */
  readonly results: string;
  /** Folder that commands are started in. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The command line of a program of steps.ts. */
  readonly programs: Readonly<Record<StepCommand["program"], readonly [string, ...string[]]>>;
  /** Stops the step. */
  readonly signal: AbortSignal;
}

/** The exit status of a program that says by it that this machine lacks what it needs. */
export const lackingStatus = 77;

/** Runs the commands of a step until one fails or `seconds` are over. Never rejects for what they do. */
export async function runStep(step: Step, seconds: number, surroundings: StepSurroundings): Promise<StepResult> {
  const begin = performance.now();
  const folder = path.join(surroundings.results, step.name);
  mkdirSync(folder, { recursive: true });
  const done = (result: StepResult["result"], why?: string): StepResult => {
    return { name: step.name, result, seconds: (performance.now() - begin) / 1000, ...(why === undefined ? {} : { why }) };
  };
  for (const command of step.commands) {
    const left = 1000 * seconds - (performance.now() - begin);
    const words = [command.program, ...command.words].join(" ");
    const end = await runCommand(command, folder, left, surroundings);
    switch (end.kind) {
      case "interrupted":
        return done("stopped", "the run was ended");
      case "late":
        return done("stopped", `took longer than ${Math.round(seconds)} s: ${words}`);
      case "missing":
        return done("left out", `there is no ${end.program} here`);
      case "ended":
        if (end.status === lackingStatus) return done("left out", `this machine lacks what it needs; ${step.name}/log.txt says what`);
        if (end.status !== 0) return done("failed", `ended with ${end.status}: ${words}`);
        break;
      default:
        end satisfies never;
    }
  }
  return done("passed");
}

type CommandEnd =
  | { readonly kind: "ended"; readonly status: number | string }
  | { readonly kind: "late" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "missing"; readonly program: string };

function runCommand(command: StepCommand, folder: string, milliseconds: number, surroundings: StepSurroundings): Promise<CommandEnd> {
  const { programs, environment, signal } = surroundings;
  const [program, ...before] = programs[command.program];
  const output = openSync(path.join(folder, command.output), "w");
  const log = openSync(path.join(folder, "log.txt"), "a");
  return new Promise((resolve) => {
    // A group of its own, so that whatever the command has started ends with it.
    const child = spawn(program, [...before, ...command.words], {
      cwd: surroundings.folder,
      env: environment,
      stdio: ["ignore", output, log],
      detached: true,
    });
    let reason: "late" | "interrupted" | undefined;
    const timers: NodeJS.Timeout[] = [];
    const stop = (why: "late" | "interrupted"): void => {
      reason ??= why;
      endGroup(child.pid, "SIGINT"); // kindling saves what it can
      timers.push(setTimeout(() => endGroup(child.pid, "SIGKILL"), graceMilliseconds));
    };
    const interrupt = (): void => stop("interrupted");
    timers.push(setTimeout(() => stop("late"), Math.max(0, milliseconds)));
    signal.addEventListener("abort", interrupt);
    if (signal.aborted) interrupt();
    const finish = (end: CommandEnd): void => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener("abort", interrupt);
      closeSync(output);
      closeSync(log);
      resolve(reason ? { kind: reason } : end);
    };
    let failedToStart = false;
    child.once("error", (error: NodeJS.ErrnoException) => {
      failedToStart = true;
      finish(error.code === "ENOENT" ? { kind: "missing", program } : { kind: "ended", status: error.message });
    });
    child.once("close", (status, ended) => {
      if (!failedToStart) finish({ kind: "ended", status: status ?? ended ?? "no status" });
    });
  });
}

/** What a command may take to stop after it was told to. */
const graceMilliseconds = 3000;

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended already
  }
}
