import type { Device } from "@kindling/gpu";
import { callText, canRace, type KernelCall } from "@kindling/kernels";
import { createModel, foldBatchNorm, nameModule } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { assertInputFits, createNetworks, type Recipe, TrainStep } from "@kindling/trainer";
import { compileForward, type ForwardSize } from "../profile/compileForward.ts";

/** A network by name. */
export interface NamedNetwork extends ForwardSize {
  readonly model: string;
  readonly joints: number;
  /** Factor on its channels. */
  readonly width: number;
}

/** The calls of kernels that a recipe's training step compiles to: its teacher's, its student's and its optimiser's; weights are random. */
export async function callsOfRecipe(device: Device, recipe: Recipe): Promise<readonly KernelCall[]> {
  using networks = createNetworks(device, recipe, null);
  using step = await TrainStep.create(device, recipe, networks);
  return Object.values(step.programs).flatMap(({ calls }) => calls);
}

/** The calls of a frozen network's forward pass. */
export async function callsOfNetwork(
  device: Device,
  { model: name, joints, width, ...size }: NamedNetwork,
): Promise<readonly KernelCall[]> {
  const model = createModel(name, { joints, width });
  nameModule(model, "");
  assertInputFits(model, size.input);
  using forward = await compileForward(device, model, foldBatchNorm(model), size, createRandom(1));
  return forward.program.calls;
}

/** The calls that can be raced, each once, of some kernels or, where none is named, of all. */
export function callsToRace(calls: readonly KernelCall[], kernels: readonly string[], device: Device): readonly KernelCall[] {
  const wanted = calls.filter((call) => (kernels.length === 0 || kernels.includes(call.kernel.name)) && canRace(call, device));
  return [...new Map(wanted.map((call) => [callText(call), call])).values()];
}
