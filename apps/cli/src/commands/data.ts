import type { Command } from "commander";
import { commandGroup } from "../command.ts";
import type { Shell } from "../shell.ts";
import { dataAugment } from "./dataAugment.ts";
import { dataCrop } from "./dataCrop.ts";
import { dataInspect } from "./dataInspect.ts";
import { dataSynthesize } from "./dataSynthesize.ts";

/** `kindling data …`: data sets on disk. */
export function data(shell: Shell): Command {
  return commandGroup("data", "makes data sets, finds their mistakes, caches their crops, shows their augmentation", [
    dataSynthesize(shell),
    dataInspect(shell),
    dataCrop(shell),
    dataAugment(shell),
  ]);
}
