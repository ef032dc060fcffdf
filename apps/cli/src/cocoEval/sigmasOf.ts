import { readFile } from "node:fs/promises";
import type { CocoTruth } from "@kindling/data";
import type { Skeleton } from "@kindling/pose";
import { InputError } from "../exit.ts";

/** σ of each joint, and the skeleton that they are of, where it is known. */
export interface ChosenSigmas {
  readonly sigmas: readonly number[];
  readonly skeleton: Skeleton | null;
  /** For the reader: "coco17". */
  readonly name: string;
}

/**
 * What `sigmas=` says: a skeleton's name, a JSON or YAML file of a skeleton, a JSON file of numbers, numbers with commas between them, or one number for all
 * joints. Without it, the built-in skeleton that has as many joints as the file and, of several, most of its names in the same places.
 * @throws InputError when nothing fits, or another number of joints does.
 */
export async function sigmasOf(option: string | undefined, truth: Pick<CocoTruth, "joints" | "jointNames">): Promise<ChosenSigmas> {
  const chosen = option === undefined ? await recognised(truth) : await given(option, truth.joints);
  if (chosen.sigmas.length !== truth.joints) {
    throw new InputError(`sigmas: ${chosen.name} has ${chosen.sigmas.length} joints, but the persons of the truth have ${truth.joints}`);
  }
  const wrong = chosen.sigmas.find((sigma) => !(sigma > 0));
  if (wrong !== undefined) throw new InputError(`sigmas: each must be above 0; got ${wrong}`);
  return chosen;
}

async function given(option: string, joints: number): Promise<ChosenSigmas> {
  if (/^[\d.,eE+-]+$/.test(option)) {
    const numbers = option.split(",").map(Number);
    return { sigmas: numbers.length === 1 ? Array<number>(joints).fill(numbers[0]!) : numbers, skeleton: null, name: "sigmas=" };
  }
  const sigmas = /\.json$/i.test(option) ? await numbersIn(option) : null;
  if (sigmas) return { sigmas, skeleton: null, name: option };
  const { skeletonOf } = await import("@kindling/trainer");
  const skeleton = await skeletonOf(option);
  return { sigmas: skeleton.sigmas, skeleton, name: skeleton.name };
}

/** The list of numbers in a JSON file; null where there is something else, of which it is said as of a skeleton what is wrong with it. */
async function numbersIn(file: string): Promise<readonly number[] | null> {
  const value: unknown = await readFile(file, "utf8")
    .then(JSON.parse)
    .catch(() => null);
  return Array.isArray(value) && value.every((sigma): sigma is number => typeof sigma === "number") ? value : null;
}

async function recognised({ joints, jointNames }: Pick<CocoTruth, "joints" | "jointNames">): Promise<ChosenSigmas> {
  const { skeletons } = await import("@kindling/pose");
  const candidates = skeletons.filter((skeleton) => skeleton.joints.length === joints);
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const same = (skeleton: Skeleton): number =>
    skeleton.joints.filter((joint, k) => jointNames !== null && plain(jointNames[k] ?? "") === plain(joint)).length;
  const ranked = candidates.map((skeleton) => ({ skeleton, names: same(skeleton) })).sort((a, b) => b.names - a.names);
  const [first, second] = ranked;
  if (!first || (second && first.names === second.names)) {
    const choice = first ? `${ranked.map(({ skeleton }) => skeleton.name).join(", ")} have as many` : "no built-in skeleton has as many";
    throw new InputError(`sigmas is missing: the persons have ${joints} joints, and ${choice}; give sigmas=NAME, a file or numbers`);
  }
  return { sigmas: first.skeleton.sigmas, skeleton: first.skeleton, name: first.skeleton.name };
}
