import type { Capabilities } from "@kindling/gpu";
import { fastestVariant, type Kernel, sourceOf, type Variant } from "@kindling/kernels";
import type { ShaderCall } from "./showWgslCalls.ts";

/** A shader as compiled, with the call that it was made for. */
export interface Shader extends Pick<ShaderCall, "op" | "case" | "pass" | "problem"> {
  readonly kernel: string;
  readonly variant: string;
  readonly source: string;
  /** How many different sources the variant has over the calls; this is one of them. */
  readonly sources: number;
}

/** Which shaders of some calls are wanted. */
export interface ShaderChoice {
  /** A variant's name, "plain" (the first of each kernel) or "fastest"; all when absent. */
  readonly variant?: string;
  /** The adapter that "fastest" is meant for, alone; else all that a variant may be written for: one of them must bear it. */
  readonly adapters: readonly Capabilities[];
  /** Every source that differs, not one a variant. */
  readonly everySource: boolean;
}

/**
 * The shaders of the calls' kernels, those of the forward pass first, and of each its plain variant first. Of a variant that comes out differently from call
 * to call it is the one of the call that most variants support, so that they can be compared.
 * @throws DTypeError when a kernel takes no such operands.
 */
export function shadersOf(calls: readonly ShaderCall[], choice: ShaderChoice): readonly Shader[] {
  const ofPass = (pass: ShaderCall["pass"]) => calls.filter((call) => call.pass === pass);
  const kernels = [...new Set([...ofPass("forward"), ...ofPass("backward")].map(({ kernel }) => kernel))];
  return kernels.flatMap((kernel) => {
    const supporting = (call: ShaderCall) => kernel.variants.filter((each) => isSupported(each, call, choice.adapters)).length;
    const ofKernel = calls.filter((call) => call.kernel === kernel).sort((a, b) => supporting(b) - supporting(a));
    return kernel.variants.flatMap((variant) => {
      const bySource = new Map<string, ShaderCall>();
      for (const call of ofKernel.filter((each) => isWanted(kernel, variant, each, choice))) {
        const source = sourceOf(kernel, variant, call.problem, call.dtypes);
        if (!bySource.has(source)) bySource.set(source, call);
      }
      const shown = choice.everySource ? [...bySource] : [...bySource].slice(0, 1);
      return shown.map(
        ([source, { op, case: name, pass, problem }]): Shader => ({
          kernel: kernel.name,
          variant: variant.id,
          pass,
          op,
          case: name,
          problem,
          sources: bySource.size,
          source,
        }),
      );
    });
  });
}

function isWanted(kernel: Kernel, variant: Variant, call: ShaderCall, { variant: name, adapters }: ShaderChoice): boolean {
  if (name === "plain") return variant === kernel.variants[0];
  if (name === "fastest") return adapters.some((adapter) => variant === fastestVariant(kernel, call.problem, adapter, call.dtypes));
  return isSupported(variant, call, adapters) && (name === undefined || variant.id === name);
}

function isSupported(variant: Variant, { problem, dtypes }: ShaderCall, adapters: readonly Capabilities[]): boolean {
  return adapters.some((adapter) => variant.supports(problem, adapter, dtypes));
}

/** Adapters that have everything, one a size of subgroups: with them, whether a variant supports a call depends on the call alone. */
export const everyAdapter: readonly Capabilities[] = [4, 8, 16, 32, 64].map((size) => ({
  software: size < 32,
  f16: true,
  subgroups: { min: size, max: size },
  subgroupMatrices: [8, 16].map((side) => ({ componentType: "f16", resultComponentType: "f32", M: side, N: side, K: side })),
  timestamps: true,
  maxStorageBuffers: 16,
  maxBindingBytes: 2 ** 32,
  maxBufferBytes: 2 ** 32,
  maxWorkgroupStorageBytes: 2 ** 16,
  maxWorkgroupInvocations: 1024,
  maxWorkgroupsPerDimension: 65_535,
}));
