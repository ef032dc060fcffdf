import type { Command } from "commander";
import { bench } from "./commands/bench.ts";
import { cocoEval } from "./commands/cocoEval.ts";
import { compare } from "./commands/compare.ts";
import { convert } from "./commands/convert.ts";
import { data } from "./commands/data.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { evaluate } from "./commands/evaluate.ts";
import { explain } from "./commands/explain.ts";
import { gradcheck } from "./commands/gradcheck.ts";
import { models } from "./commands/models.ts";
import { predict } from "./commands/predict.ts";
import { profile } from "./commands/profile.ts";
import { showWgsl } from "./commands/showWgsl.ts";
import { teacherCache } from "./commands/teacherCache.ts";
import { train } from "./commands/train.ts";
import { tune } from "./commands/tune.ts";
import { verify } from "./commands/verify.ts";
import type { Shell } from "./shell.ts";

/** Builders of every command, in the order of the help. */
export const commands: readonly ((shell: Shell) => Command)[] = [
  demo,
  doctor,
  train,
  compare,
  evaluate,
  predict,
  cocoEval,
  explain,
  convert,
  models,
  profile,
  data,
  teacherCache,
  verify,
  gradcheck,
  bench,
  tune,
  showWgsl,
];
