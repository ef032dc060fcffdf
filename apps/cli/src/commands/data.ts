import type { Command } from "commander";
import { commandGroup } from "../command.ts";
import type { Shell } from "../shell.ts";
import { dataCrop } from "./dataCrop.ts";
import { dataSynthesize } from "./dataSynthesize.ts";

/** `kindling data …`: data sets on disk. */
export function data(shell: Shell): Command {
  return commandGroup("data", "makes data sets and caches their crops", [dataSynthesize(shell), dataCrop(shell)]);
}
