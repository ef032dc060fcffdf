import { nearestName } from "@kindling/autograd";
import { type AnyModule, modulesOf } from "@kindling/models";

/** Whether `pattern` names a part of a network ("student.backbone"), or something above the part that `path` names; `*` stands for any one name. */
export function isWithin(pattern: string, path: string): boolean {
  const names = path.split(".");
  return pattern.split(".").every((name, i) => names[i] !== undefined && (name === "*" || name === names[i]));
}

/** Why a pattern names no part of a network, in a sentence with the nearest one; undefined where it names some. */
export function missingPart(pattern: string, network: AnyModule): string | undefined {
  const paths = pathsOf(network);
  if (paths.some((path) => isWithin(pattern, path))) return undefined;
  const nearest = nearestName(pattern, paths);
  return `there is no part ${pattern} in the network${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
}

/** Of all modules and variables. */
function pathsOf(network: AnyModule): readonly string[] {
  return [...modulesOf(network)].flatMap((module) => [module.path, ...module.parts().map(([name]) => `${module.path}.${name}`)]);
}
