import type { Command } from "commander";
import { data } from "./commands/data.ts";
import { train } from "./commands/train.ts";
import type { Shell } from "./shell.ts";

/** Builders of every command, in the order of the help. */
export const commands: readonly ((shell: Shell) => Command)[] = [train, data];
