import path from "node:path";
import { type Device, DeviceLostError } from "@kindling/gpu";
import { countParameters, writeSafetensors } from "@kindling/models";
import { writeFileAtomically } from "./atomicFile.node.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpointFile.node.ts";
import { checkTeacher, type TeacherCheck } from "./gate/checkTeacher.ts";
import { TeacherGateError, teacherText } from "./gate/teacherGate.ts";
import { createNetworks } from "./networks.ts";
import { type RecipeData, readRecipeData, readRecipeWeights } from "./readRecipeData.node.ts";
import { recipeToYaml } from "./recipe/recipeToYaml.ts";
import type { Recipe } from "./recipe.ts";
import { recipeDigest } from "./recipeDigest.node.ts";
import { describeRun, type RunSession, readRunDescription, writeRunDescription } from "./runDescription.node.ts";
import { epochWeights, exitWeights, type RunFolder, RunFolderError } from "./runFolder.node.ts";
import { RunRecorder } from "./runRecorder.node.ts";
import { teachersOf } from "./teachers.ts";
import type { StoppedEvent, TrainEvent, ValidationEvent } from "./trainEvent.ts";
import { Trainer } from "./trainer.ts";
import { variantsDigest } from "./variantsDigest.ts";
import { type WeightsFigures, weightsMetadata } from "./weightsMetadata.ts";

/** What is trained, into which folder, on which device. */
export interface TrainRunOptions {
  readonly recipe: Recipe;
  readonly folder: RunFolder;
  /** Go on from the folder's saved state. */
  readonly resume: boolean;
  readonly openDevice: () => Promise<Device>;
  readonly argv: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What {@link trainRun} tells beside the trainer's events. */
export type RunEvent =
  | TrainEvent
  | {
      readonly kind: "start";
      readonly device: Device;
      readonly data: RecipeData;
      readonly trainer: Trainer;
      readonly fromStep: number;
      /** How activations are stored: f32 where the recipe asks for f16 and the device has none. */
      readonly precision: "f32" | "f16";
      /** Resumed with other variants of kernels than the session before: from here on the bits are not those of an uninterrupted run. */
      readonly otherVariants: boolean;
      /** Of parameters, gradients and optimiser; what a step takes beside is in the trainer's reports. */
      readonly storeBytes: number;
      /** Of the student, as papers count them. */
      readonly parameters: number;
    }
  /** Before the start, for each teacher: what it reaches (`checkTeacher`), the same in a sentence, and whether that stops the run. */
  | { readonly kind: "teacher"; readonly check: TeacherCheck; readonly text: string; readonly stops: boolean }
  | { readonly kind: "checkpoint"; readonly step: number; readonly path: string }
  | { readonly kind: "deviceLost"; readonly message: string };

/** How often a run goes on with a new device before it gives up. */
const deviceLosses = 3;

/**
 * Trains a recipe into a run folder: everything that happens is written before it is yielded, and the state is saved after every epoch and
 * when the signal stops the run, so that a run killed at any moment goes on exactly from its last state.
 * A lost device is replaced, at most three times, and the run goes on from its last state.
 * @throws DatasetError, ImageError, WeightsFileError, WeightsMismatchError, RecipeError for bad input, CheckpointError when there is nothing
 * to resume, RunFolderError when the run has all its epochs, TeacherGateError when a teacher finds far less than it should.
 */
export async function* trainRun(options: TrainRunOptions): AsyncGenerator<RunEvent> {
  const { recipe, folder } = options;
  let resume = options.resume ? await loadCheckpoint(folder.state) : undefined;
  if (resume && resume.state.epoch >= recipe.schedule.epochs) {
    throw new RunFolderError(`${folder.path}: the run has all its ${recipe.schedule.epochs} epochs; add some with epochs=+50`);
  }
  const data = await readRecipeData(recipe);
  const weights = await readRecipeWeights(recipe);
  const checks: TeacherCheck[] = [];
  for (let losses = 0; ; losses++) {
    const device = await options.openDevice();
    try {
      for (const teacher of resume ? [] : teachersOf(recipe)) {
        const ofTeacher = weights.teachers?.[teacher.path];
        if (!ofTeacher || checks.some(({ key }) => key === teacher.key)) continue; // cached, or measured before the device was lost
        const check = await checkTeacher(device, { recipe, teacher, weights: ofTeacher, validation: data.validation });
        if (!check) continue;
        checks.push(check);
        const stops = check.farBelow !== null && teacher.recipe.gate === "stop";
        yield { kind: "teacher", check, text: teacherText(check), stops };
        if (stops) throw new TeacherGateError(check);
      }
      using networks = createNetworks(device, recipe, weights);
      await using trainer = await Trainer.create({
        device,
        recipe,
        recipeDigest: recipeDigest(recipe),
        networks,
        ...data,
        ...(resume ? { resume } : {}),
      });
      const fromStep = resume?.state.step ?? 0;
      const variants = variantsDigest(Object.values(trainer.step.programs));
      const computed = { adapter: device.fingerprint, precision: networks.precision, variants };
      const otherVariants = await describe(options, computed, fromStep, checks);
      const recorder = await RunRecorder.open(folder, data.training.skeleton, { step: fromStep, epoch: resume?.state.epoch ?? 0 });
      yield {
        kind: "start",
        device,
        data,
        trainer,
        fromStep,
        precision: networks.precision,
        otherVariants,
        storeBytes: networks.store.bytes,
        parameters: countParameters(networks.student),
      };
      let validated: ValidationEvent | null = null;
      const saveStudent = async (file: string): Promise<void> => {
        const figures = validated?.step === trainer.steps ? figuresOf(validated, recipe, data) : undefined;
        await writeFileAtomically(file, writeSafetensors(await trainer.studentWeights(), weightsMetadata(recipe, figures)));
      };
      for await (const event of trainer.run(options.signal)) {
        if (event.kind === "validation") validated = event;
        await recorder.record(event);
        if (event.kind === "stopped") await noteStop(folder, event);
        for (const file of weightsFiles(event, recipe, folder)) await saveStudent(file);
        yield event;
        if (!endsStage(event, recipe)) continue;
        await saveStudent(folder.lastWeights);
        resume = await trainer.snapshot();
        await saveCheckpoint(folder.state, resume.tensors, resume.state);
        yield { kind: "checkpoint", step: event.step, path: folder.state };
      }
      return;
    } catch (error) {
      const lost = error instanceof DeviceLostError ? error : await lossOf(device);
      if (!lost || losses === deviceLosses) throw error;
      yield { kind: "deviceLost", message: lost.message };
    } finally {
      device[Symbol.dispose]();
    }
  }
}

/** Whether the state is saved after an event: once an epoch, after its validation where one is due, and on interruption. */
function endsStage(event: TrainEvent, recipe: Recipe): boolean {
  if (event.kind === "epoch") return event.epoch % recipe.validateEvery !== 0 && event.epoch !== recipe.schedule.epochs;
  return event.kind === "validation" || event.kind === "interrupted";
}

/** Where the weights of this moment are kept beside the last ones. */
function weightsFiles(event: TrainEvent, { saveEvery }: Recipe, folder: RunFolder): readonly string[] {
  if (event.kind === "epoch") return saveEvery !== undefined && event.epoch % saveEvery === 0 ? [epochWeights(folder, event.epoch)] : [];
  if (event.kind !== "validation") return [];
  const exits = (event.exits ?? []).flatMap((exit, i) => (exit.best ? [exitWeights(folder, i + 1)] : []));
  return event.best ? [folder.bestWeights, ...exits] : exits;
}

/** What a validation says of the weights, for those who use them as a teacher. */
function figuresOf({ evaluation }: ValidationEvent, { pckThreshold }: Recipe, { validation }: RecipeData): WeightsFigures {
  const { pck, oks } = evaluation;
  const AP = oks && oks.AP >= 0 ? { AP: oks.AP } : {};
  return { pck, pckThreshold, ...AP, persons: validation.samples.length, validation: validation.name };
}

/**
 * run.json and recipe.yaml; a resumed run keeps its description and adds a session. Returns whether the session before computed with other
 * variants.
 */
async function describe(
  { recipe, folder, argv, versions, resume }: TrainRunOptions,
  computed: Pick<RunSession, "adapter" | "precision" | "variants">,
  fromStep: number,
  checks: readonly TeacherCheck[],
): Promise<boolean> {
  const session = { started: new Date().toISOString(), argv, ...computed };
  let otherVariants = false;
  if (resume || fromStep > 0) {
    const { stopped: _, ...known } = await readRunDescription(folder);
    const before = known.sessions.at(-1)?.variants; // a run of an earlier version has none
    otherVariants = before !== undefined && before !== computed.variants;
    await writeRunDescription(folder, { ...known, sessions: [...known.sessions, { ...session, fromStep }] });
  } else {
    const description = await describeRun(path.basename(folder.path), recipe, session, versions);
    await writeRunDescription(folder, checks.length > 0 ? { ...description, teachers: checks } : description);
  }
  await writeFileAtomically(folder.recipe, recipeToYaml(recipe));
  return otherVariants;
}

async function noteStop(folder: RunFolder, { kind: _, ...stopped }: StoppedEvent): Promise<void> {
  await writeRunDescription(folder, { ...(await readRunDescription(folder)), stopped });
}

/** The device's loss when it is lost already: calls on it may have failed in other words. */
async function lossOf(device: Device): Promise<DeviceLostError | null> {
  return Promise.race([device.lost, new Promise<null>((resolve) => setTimeout(() => resolve(null), 100))]);
}
