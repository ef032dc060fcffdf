import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { nearest } from "../nearest.ts";
import { opName } from "../opName.ts";
import type { Shell } from "../shell.ts";
import type { ShaderCall, ShaderCase } from "./showWgslCalls.ts";
import type { Shader, ShaderChoice } from "./showWgslShaders.ts";

/** `kindling show-wgsl OP`: the shaders that an op dispatches, as they are compiled. */
export function showWgsl(shell: Shell): Command {
  return defineCommand(shell, {
    name: "show-wgsl",
    summary: "prints the expanded shaders of an op, forward and backward, with the line numbers that compilers speak of",
    operands: [{ name: "OP", help: "an op, by our name or PyTorch's, or one of its kernels" }],
    keys: {
      variant: {
        kind: "text",
        help: "its name, or plain, or fastest: what programs take on this machine's adapter; default: all, plain first",
      },
      dtype: { kind: "choice", choices: ["f32", "f16"], default: "f32", help: "storage of the op's operands" },
      case: {
        kind: "text",
        help: "a case as gradcheck names it: every source of it; default: one source a variant, of the first case it supports",
      },
    },
    async run({ operands, values }) {
      const { kernelNames, shaderCases } = await import("./showWgslCalls.ts");
      const { everyAdapter, shadersOf } = await import("./showWgslShaders.ts");
      const { torchOpNames } = await import("@kindling/proof");
      const { numberedSource, openDevice } = await import("@kindling/gpu");
      const dtype = values.dtype === "f16" ? "f16" : "f32";
      const all = shaderCases();
      const ops = [...new Set(all.map(({ op }) => op))];
      const name = opName(operands[0]!, [...ops, ...kernelNames], torchOpNames, "op or kernel");
      const isOp = ops.includes(name);
      const cases = all.filter((each) => (isOp ? each.op === name : each.calls("f32").some(({ kernel }) => kernel.name === name)));
      if (cases.length === 0)
        throw new InputError(`no op has a case (packages/proof/src/cases) that runs ${name}, so its sizes are unknown`);
      const shown = (adapters: ShaderChoice["adapters"]) => {
        const calls = callsOf(cases, dtype, values.case).filter(({ kernel }) => isOp || kernel.name === name);
        const { variant } = values;
        const shaders = shadersOf(calls, {
          ...(variant === undefined ? {} : { variant }),
          adapters,
          everySource: values.case !== undefined,
        });
        if (shaders.length === 0) throw new InputError(noVariant(name, variant, calls));
        return shaders;
      };
      let adapters = everyAdapter;
      if (values.variant === "fastest") {
        using device = await openDevice();
        adapters = [device.capabilities];
      }
      const shaders = inputError(dtype, () => shown(adapters));
      return {
        json: { dtype, source: shaders.map(({ source }) => source).join("\n\n"), shaders },
        text: shaders.map((shader) => `${title(shader, dtype)}\n${numberedSource(shader.source)}`).join("\n\n"),
      };
    },
  });
}

/** The calls of the cases, or of the one that is named. */
function callsOf(cases: readonly ShaderCase[], dtype: "f32" | "f16", name: string | undefined): readonly ShaderCall[] {
  const chosen = name === undefined ? cases : cases.filter((each) => each.name === name);
  if (chosen.length === 0) {
    const names = [...new Set(cases.map((each) => each.name))];
    const near = nearest(name!, names);
    throw new InputError(
      `${cases[0]!.op} has no case "${name}"${near === undefined ? `; there are ${names.join(", ")}` : `; did you mean "${near}"?`}`,
    );
  }
  if (dtype === "f32") return chosen.flatMap((each) => each.calls("f32"));
  const halves = chosen.filter(({ f32Only }) => f32Only === undefined);
  if (halves.length === 0) throw new InputError(`dtype=f16: ${chosen[0]!.op} takes no f16: ${chosen[0]!.f32Only}`);
  return halves.flatMap((each) => each.calls("f16"));
}

/** An op or a kernel that takes no such operands is a mistake of the command line. */
function inputError<T>(dtype: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.name === "DTypeError") throw new InputError(`dtype=${dtype}: ${error.message}`);
    throw error;
  }
}

function noVariant(name: string, variant: string | undefined, calls: readonly ShaderCall[]): string {
  const ids = [...new Set(calls.flatMap(({ kernel }) => kernel.variants.map(({ id }) => id)))];
  if (variant === undefined || calls.length === 0) return `${name} runs no kernel here`;
  if (ids.includes(variant)) return `no case that was looked at is one that variant ${variant} of ${name} supports`;
  const near = nearest(variant, [...ids, "plain", "fastest"]);
  return `${name} has no variant "${variant}"${near === undefined ? "" : `; did you mean "${near}"?`} (there are ${ids.join(", ")}; plain, fastest)`;
}

function title({ kernel, variant, pass, op, case: name, problem, sources }: Shader, dtype: string): string {
  const sizes = Object.entries(problem).map(([key, value]) => `${key} ${value}`);
  const more = sources > 1 ? `; one of ${sources} sources of this variant, case=NAME shows another's` : "";
  return `${kernel}/${variant}, ${pass} of ${op} ${name}, ${dtype} (${sizes.join(", ")}${more})`;
}
