import { sizeOf } from "@kindling/gpu";
import { fileShape } from "./fileLayout.ts";
import { type AnyModule, variablesOf } from "./module.ts";

/** Number of parameters as papers count them: no running statistics, and three channels of an image. */
export function countParameters(module: AnyModule): number {
  const parameters = [...variablesOf(module).values()].filter(({ role }) => role === "parameter");
  return parameters.reduce((sum, variable) => sum + sizeOf(fileShape(variable)), 0);
}
