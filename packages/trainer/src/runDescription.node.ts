import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseWeightsReference } from "@kindling/models";
import { writeFileAtomically } from "./atomicFile.node.ts";
import type { TeacherCheck } from "./gate/checkTeacher.ts";
import type { Recipe } from "./recipe.ts";
import { type RunFolder, RunFolderError } from "./runFolder.node.ts";
import { teachersOf } from "./teachers.ts";
import type { StoppedEvent } from "./trainEvent.ts";

/** `run.json`: what has to be known to run the same again. */
export interface RunDescription {
  readonly name: string;
  /** Of kindling, node, webgpu …. */
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: string;
  /** One entry for the start and one for every time the run was resumed. */
  readonly sessions: readonly RunSession[];
  readonly seeds: Readonly<Record<string, number>>;
  /** The annotation and weights files by path, with their SHA-256. */
  readonly files: Readonly<Record<string, string>>;
  /** What each teacher that was measured reached before the first step; absent for none. */
  readonly teachers?: readonly TeacherCheck[];
  /** Where early stopping ended the run; absent for one that it did not, or that went on. */
  readonly stopped?: Omit<StoppedEvent, "kind">;
}

/** One process that trained the run. */
export interface RunSession {
  /** ISO 8601. */
  readonly started: string;
  readonly argv: readonly string[];
  readonly adapter: string;
  /** How it stored activations: the recipe's precision, or f32 where the adapter has no f16. */
  readonly precision: "f32" | "f16";
  /** The variants of its kernels, as `variantsDigest`: with others the bits are others. */
  readonly variants: string;
  /** The step it went on from; 0 for a start. */
  readonly fromStep: number;
}

/** Describes a run that starts now: hashes the recipe's annotations and weights. */
export async function describeRun(
  name: string,
  recipe: Recipe,
  session: Omit<RunSession, "fromStep">,
  versions: Readonly<Record<string, string>>,
): Promise<RunDescription> {
  const files: Record<string, string> = {};
  for (const file of inputFiles(recipe)) files[file] ??= await sha256OfFile(file);
  return {
    name,
    versions,
    platform: `${process.platform}-${process.arch}`,
    sessions: [{ ...session, fromStep: 0 }],
    seeds: { recipe: recipe.seed },
    files,
  };
}

/** Writes run.json. */
export async function writeRunDescription(folder: RunFolder, description: RunDescription): Promise<void> {
  await writeFileAtomically(folder.run, `${JSON.stringify(description, null, 2)}\n`);
}

/** @throws RunFolderError when run.json is missing or damaged. */
export async function readRunDescription(folder: RunFolder): Promise<RunDescription> {
  try {
    return JSON.parse(await readFile(folder.run, "utf8")) as RunDescription; // our own file
  } catch (error) {
    throw new RunFolderError(`${folder.run}: cannot be read: ${(error as Error).message}`);
  }
}

/** Hex SHA-256 of a file, read in pieces. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer); // a stream without encoding yields buffers
  return hash.digest("hex");
}

function inputFiles(recipe: Recipe): readonly string[] {
  const { data, student } = recipe;
  const weights = [student.backbone, student.weights, ...teachersOf(recipe).map((teacher) => teacher.recipe.weights)].filter(
    (file) => file !== undefined,
  );
  return [data.train.data, data.validation.data, ...weights.map((text) => parseWeightsReference(text).file)];
}
