import { writeFile } from "node:fs/promises";
import type { Program, Variable } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { median } from "@kindling/kernels";
import { createModel, foldBatchNorm, modelCosts, nameModule, type PoseModel } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { assertInputFits } from "@kindling/trainer";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";
import { chromeTrace } from "./chromeTrace.ts";
import { compileForward } from "./compileForward.ts";
import { HostSpans } from "./hostSpans.ts";
import { measurePeaks } from "./measurePeaks.ts";
import type { Measured, Profile } from "./profileReport.ts";
import { timePrograms } from "./timeProgram.ts";

/** A network by name, and how it is run. */
export interface ProfileModelOptions {
  readonly model: string;
  readonly joints: number;
  readonly width: number;
  /** [height, width] */
  readonly input: readonly [number, number];
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
  const { model: name, joints, width, input, batch, run } = options;
  const model = createModel(name, { joints, width, input });
  nameModule(model, "");
  assertInputFits(model, input);
  const biases = foldBatchNorm(model);
  const costs = modelCosts(model, input, batch);
  const memory = { variables: costs.variableBytes, "activations, shared": costs.plannedBytes };
  return {
    title: `${name}, forward pass, input ${input.join("x")}, batch ${batch}`,
    networks: [{ name, costs }],
    peakBytes: costs.variableBytes + costs.plannedBytes,
    memory,
    ...(run ? { measured: await measure(model, biases, options) } : {}),
  };
}

async function measure(
  model: PoseModel,
  biases: readonly Variable[],
  { input: [height, width], batch, trace, progress, signal }: ProfileModelOptions,
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
    await writeFile(trace, chromeTrace(spans.spans, [{ program: "forward", start, kernels }]));
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
