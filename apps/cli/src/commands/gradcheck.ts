import type { opBounds as OpBounds, OpCase, OpVariantCheck } from "@kindling/proof";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { opName } from "../opName.ts";
import { ratioText } from "../ratioText.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";
import { diagnosis } from "./gradcheckDiagnosis.ts";

/** `kindling gradcheck [OP…]`: every op and its gradient against float64. */
export function gradcheck(shell: Shell): Command {
  return defineCommand(shell, {
    name: "gradcheck",
    summary: "compares ops and their gradients on this machine's adapter with float64 definitions",
    operands: [{ name: "OP", help: "ops to check, by our name or PyTorch's; all when none is given", optional: true, many: true }],
    keys: {
      dtype: { kind: "choice", choices: ["f32", "f16"], help: "only this storage type; default: both, where op and adapter have f16" },
    },
    async run({ operands, values, progress, signal }) {
      const { checkOpVariants, opBounds, opCases, torchOpNames } = await import("@kindling/proof");
      const names = [...new Set(opCases.map(({ op }) => op))];
      const ops = operands.map((word) => opName(word, names, torchOpNames, "op"));
      const named = opCases.filter(({ op }) => ops.length === 0 || ops.includes(op));
      const chosen = values.dtype === "f16" ? named.filter(({ f32Only }) => f32Only === undefined) : named;
      if (chosen.length === 0) throw new InputError(`there is nothing to check in f16: ${f32OnlyText(named)}`);
      const { openDevice } = await import("@kindling/gpu");
      using device = await openDevice();
      const { f16 } = device.capabilities;
      if (values.dtype === "f16" && !f16)
        throw new InputError(`dtype=f16: ${device.fingerprint} has no f16; KINDLING_ADAPTER=NAME chooses another adapter`);
      const dtypes = (["f32", "f16"] as const).filter((dtype) => values.dtype === undefined || values.dtype === dtype);
      const checks: OpVariantCheck[] = [];
      progress.begin("checking", chosen.length);
      for (const [i, opCase] of chosen.entries()) {
        signal.throwIfAborted();
        const checked = checkOpVariants(device, opCase, dtypes).catch((error: unknown) => {
          progress.note(`${opCase.op} ${opCase.name} cannot be checked`);
          throw error;
        });
        checks.push(...(await checked));
        progress.update(i + 1, opCase.op);
      }
      progress.end();
      const leftOut = dtypes.includes("f16") ? f16LeftOut(named, f16) : undefined;
      if (leftOut !== undefined) progress.note(leftOut);
      const failures = checks.filter(({ pass }) => !pass);
      const lookAt = diagnosis(checks, opBounds);
      const worst = worstOf(checks, opBounds);
      const count = `${checks.length - failures.length} passed, ${failures.length} failed, on ${device.fingerprint}`;
      return {
        json: { cases: checks, failed: failures.length, bounds: opBounds, adapter: device.fingerprint, f16, worst, lookAt },
        text: [table(checks, opBounds), "", ...lookAt, count, worstText(worst, device.fingerprint)].join("\n"),
        ...(failures.length > 0 ? { failed: `${failures.length} of ${checks.length} checks failed` } : {}),
      };
    },
  });
}

/** Why f16 was left out, all of it or for some ops. */
function f16LeftOut(cases: readonly OpCase[], f16: boolean): string | undefined {
  if (!f16) return "f16 was left out: this adapter has none";
  return cases.some(({ f32Only }) => f32Only !== undefined) ? `in f32 alone: ${f32OnlyText(cases)}` : undefined;
}

function f32OnlyText(cases: readonly OpCase[]): string {
  const reasons = new Map(cases.flatMap(({ op, f32Only }) => (f32Only === undefined ? [] : [[op, f32Only] as const])));
  return [...reasons].map(([op, reason]) => `${op} (${reason})`).join(", ");
}

function table(checks: readonly OpVariantCheck[], bounds: typeof OpBounds): string {
  const rows = checks.map((check) => [
    check.op,
    check.case,
    check.variants,
    check.dtype,
    ratioText(check.error / bounds[check.dtype].error),
    Object.entries(check.gradientErrors)
      .map(([input, error]) => `${input} ${ratioText(error / bounds[check.dtype].gradient)}`)
      .join("  "),
    check.pass ? "yes" : "NO",
  ]);
  return textTable([["op", "case", "variants", "dtype", "output ÷ bound", "gradients ÷ bound", "pass"], ...rows]);
}

/** The largest error, measured by its bound. */
interface Worst extends Pick<OpVariantCheck, "op" | "case" | "variants" | "dtype"> {
  /** "output", or "gradient of" an input. */
  readonly of: string;
  readonly ratio: number;
}

function worstOf(checks: readonly OpVariantCheck[], bounds: typeof OpBounds): Worst {
  const all = checks.flatMap((check): Worst[] => {
    const { op, case: name, variants, dtype, error, gradientErrors } = check;
    const at = { op, case: name, variants, dtype };
    const gradients = Object.entries(gradientErrors);
    return [
      { ...at, of: "output", ratio: error / bounds[dtype].error },
      ...gradients.map(([input, one]) => ({ ...at, of: `gradient of ${input}`, ratio: one / bounds[dtype].gradient })),
    ];
  });
  return all.reduce((worst, one) => (one.ratio > worst.ratio ? one : worst));
}

function worstText({ op, case: name, variants, dtype, of, ratio }: Worst, adapter: string): string {
  return `worst error ÷ bound: ${ratioText(ratio)}, ${of}, ${op} ${name}, ${variants}, ${dtype}, on ${adapter}`;
}
