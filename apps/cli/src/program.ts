import { Command, CommanderError } from "commander";
import { commands } from "./commands.ts";
import { exitStatus, InputError, sentence } from "./exit.ts";
import { listenForInterruption } from "./interruption.ts";
import { nearest } from "./nearest.ts";
import { Progress, type TextStream } from "./progress.ts";
import type { Shell } from "./shell.ts";
import { version } from "./version.ts";

/** Where a command line prints. */
export interface Streams {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/**
 * Runs the command of these words (`process.argv` without its first two) and returns the exit status: 0 done, 1 the work failed, 2 the
 * command line or an input is wrong. A failure is one sentence on `stderr`, with the stack when KINDLING_DEBUG=1. Never rejects.
 */
export async function runCommandLine(words: readonly string[], streams: Streams): Promise<0 | 1 | 2> {
  const progress = new Progress(streams.stderr);
  const interruption = listenForInterruption(progress);
  const kindling = program({ stdout: streams.stdout, progress, signal: interruption.signal, words });
  try {
    await kindling.parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // the help or the version that was asked for
    const problem = error instanceof CommanderError ? commandLineError(error, kindling, words) : error;
    progress.note(`kindling: ${sentence(problem)}`);
    if (process.env.KINDLING_DEBUG === "1" && problem instanceof Error) progress.note(problem.stack ?? "");
    return exitStatus(problem);
  } finally {
    interruption.ignore();
  }
}

function program(shell: Shell): Command {
  const kindling = new Command("kindling")
    .description("Distils small pose estimators from large ones, on WebGPU.")
    .version(version)
    .option("--json", "print one JSON object on one line, and nothing else, on standard output")
    .addHelpText("after", "\nOptions are key=value or --key value. `kindling COMMAND --help` lists them with types and defaults.");
  for (const build of commands) kindling.addCommand(build(shell));
  configure(kindling, shell);
  return kindling;
}

/** Commander throws instead of exiting, and prints help only: the one sentence of a failure is printed above. */
function configure(command: Command, shell: Shell): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => shell.stdout.write(text),
    writeErr: (text) => (text.startsWith("error:") ? undefined : shell.progress.note(text.trimEnd())),
  });
  for (const child of command.commands) configure(child, shell);
}

function commandLineError(error: CommanderError, kindling: Command, words: readonly string[]): InputError {
  if (error.code === "commander.help") return new InputError("say which command to run; they are listed above");
  if (error.code !== "commander.unknownCommand") {
    return new InputError(error.message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\?\)$/, "; did you mean $1?"));
  }
  const first = words.find((word) => !word.startsWith("-"));
  const group = kindling.commands.find((command) => command.name() === first) ?? kindling;
  const word = /'(.*)'/.exec(error.message)?.[1] ?? "";
  const near = nearest(
    word,
    group.commands.map((command) => command.name()),
  );
  const list = group === kindling ? "kindling --help" : `kindling ${group.name()} --help`;
  return new InputError(`unknown command "${word}"${near ? `; did you mean "${near}"?` : ""} (\`${list}\` lists them)`);
}
