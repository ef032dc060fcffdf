import type { Program, Variable } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { median } from "@kindling/kernels";
import {
  type CreateModelOptions,
  createModel,
  foldBatchNorm,
  foldedIn,
  type HeightWidth,
  modelCosts,
  nameModule,
  type PoseModel,
  type TrainingCosts,
  trainingCosts,
} from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { assertInputFits, writeFileAtomically } from "@kindling/trainer";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";
import { chromeTrace } from "./chromeTrace.ts";
import { compileForward } from "./compileForward.ts";
import { HostSpans } from "./hostSpans.ts";
import type { ProfiledLayer } from "./layerTable.ts";
import { measurePeaks } from "./measurePeaks.ts";
import type { Measured, PeakMemory, Profile } from "./profileReport.ts";
import { timePrograms } from "./timeProgram.ts";

/** A network by name, and how it is run. */
export interface ProfileModelOptions {
  readonly model: string;
  /** What the name leaves open; the input is that of the network's card where none is given. */
  readonly options: CreateModelOptions;
  readonly batch: number;
  readonly run: boolean;
  /** File of the Chrome trace. */
  readonly trace: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Ordinary runs, of which the median is told and which a trace shows. */
const ordinaryRuns = 5;

/** The forward pass of a network with random weights, frozen as a teacher is: its batch norms are folded. */
export async function profileModel(options: ProfileModelOptions): Promise<Profile> {
  const { model: name, batch, run } = options;
  const [model, trained] = [createModel(name, options.options), createModel(name, options.options)];
  for (const network of [model, trained]) nameModule(network, "");
  const input = options.options.input ?? model.card.inputSize;
  assertInputFits(model, input);
  const training = trainingCosts(trained, input, batch);
  const biases = foldBatchNorm(model);
  const costs = modelCosts(model, input, batch);
  return {
    title: `${name}, forward pass, input ${input.join("x")}, batch ${batch}`,
    networks: [{ name, costs: { ...costs, layers: withKeptBytes(model, costs.layers, training) } }],
    ...peakOf({ variables: costs.variableBytes, "activations, shared": costs.plannedBytes }),
    training: trainingMemory(training),
    ...(run ? { measured: await measure(model, biases, input, options) } : {}),
  };
}

function trainingMemory({ variableBytes, gradientBytes, momentBytes, plannedBytes }: TrainingCosts): PeakMemory {
  return peakOf({
    variables: variableBytes,
    gradients: gradientBytes,
    "AdamW's moments": momentBytes,
    "activations and their gradients, shared": plannedBytes,
  });
}

function peakOf(memory: Readonly<Record<string, number>>): PeakMemory {
  return { peakBytes: Object.values(memory).reduce((sum, bytes) => sum + bytes, 0), memory };
}

/** Adds to a folded network's layers what training keeps: of a batch norm at the convolution that it was folded into. */
function withKeptBytes(model: PoseModel, layers: readonly ProfiledLayer[], { keptBytes }: TrainingCosts): readonly ProfiledLayer[] {
  const homes = new Map(foldedIn(model).map(({ norm, convolution }) => [norm.path, convolution.path]));
  const kept = new Map(layers.map(({ name }) => [name, 0]));
  for (const [path, bytes] of keptBytes) {
    const home = homes.get(path) ?? path;
    kept.set(home, (kept.get(home) ?? 0) + bytes);
  }
  const rows = new Map(layers.map((layer) => [layer.name, layer]));
  const idle = { ops: [], parameters: 0, macs: 0, computedMacs: 0, activationBytes: 0 }; // does nothing but in training
  return [...kept].map(([name, bytes]) => ({ ...(rows.get(name) ?? { name, ...idle }), keptBytes: bytes }));
}

async function measure(
  model: PoseModel,
  biases: readonly Variable[],
  [height, width]: HeightWidth,
  { batch, trace, progress, signal }: ProfileModelOptions,
): Promise<Measured> {
  using device = await openTunedDevice((text) => progress.note(text));
  const ceilings = await measurePeaks(device, "f32", signal);
  const random = createRandom(1);
  using forward = await compileForward(device, model, biases, { input: [height, width], batch }, random);
  const { program } = forward;
  const image = Float32Array.from({ length: batch * height * width * 4 }, (_, i) => (i % 4 === 3 ? 0 : random() - 0.5));
  const spans = new HostSpans();
  const times = await forwardPasses(device, program, image, spans, signal);
  const programs = await timePrograms({ forward: program }, signal);
  if (trace !== undefined) {
    const start = performance.now();
    const { kernels } = await spans.await("profiled run", () => program.profile());
    await writeFileAtomically(trace, chromeTrace(spans.spans, [{ program: "forward", start, kernels }]));
  }
  return { adapter: device.fingerprint, ceilings, programs, milliseconds: median(times) };
}

/** Milliseconds of each; one before them, in which drivers finish compiling, does not count. */
async function forwardPasses(
  device: Device,
  program: Program,
  image: Float32Array<ArrayBuffer>,
  spans: HostSpans,
  signal: AbortSignal,
): Promise<readonly number[]> {
  program.write("image", image);
  program.run();
  await device.idle();
  const times: number[] = [];
  for (let i = 0; i < ordinaryRuns; i++) {
    signal.throwIfAborted();
    spans.measure("write", () => program.write("image", image));
    const start = performance.now();
    spans.measure("submit", () => program.run());
    await spans.await("wait", () => device.idle());
    times.push(performance.now() - start);
  }
  return times;
}
