import type { opBounds as OpBounds, OpVariantCheck } from "@kindling/proof";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { nearest } from "../nearest.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling gradcheck [OP…]`: every op and its gradient against float64. */
export function gradcheck(shell: Shell): Command {
  return defineCommand(shell, {
    name: "gradcheck",
    summary: "compares ops and their gradients on this machine's adapter with float64 definitions",
    operands: [{ name: "OP", help: "ops to check; all when none is given", optional: true, many: true }],
    keys: {},
    async run({ operands, progress, signal }) {
      const { checkOpVariants, opBounds, opCases } = await import("@kindling/proof");
      const ops = [...new Set(opCases.map(({ op }) => op))].sort();
      for (const op of operands) if (!ops.includes(op)) throw new InputError(unknownOp(op, ops));
      const { openDevice } = await import("@kindling/gpu");
      using device = await openDevice();
      const chosen = opCases.filter(({ op }) => operands.length === 0 || operands.includes(op));
      const checks: OpVariantCheck[] = [];
      progress.begin("checking", chosen.length);
      for (const [i, opCase] of chosen.entries()) {
        signal.throwIfAborted();
        checks.push(...(await checkOpVariants(device, opCase)));
        progress.update(i + 1, opCase.op);
      }
      progress.end();
      const failures = checks.filter(({ pass }) => !pass);
      if (failures.length > 0) progress.note(failureText(failures));
      return {
        json: { cases: checks, failed: failures.length, bounds: opBounds, adapter: device.fingerprint },
        text: `${table(checks, opBounds)}\n\n${checks.length - failures.length} passed, ${failures.length} failed, on ${device.fingerprint}`,
        ...(failures.length > 0 ? { failed: `${failures.length} of ${checks.length} checks failed` } : {}),
      };
    },
  });
}

function unknownOp(op: string, ops: readonly string[]): string {
  const near = nearest(op, ops);
  return `unknown op "${op}"${near ? `; did you mean "${near}"?` : ""} (there are ${ops.join(", ")})`;
}

function table(checks: readonly OpVariantCheck[], bounds: typeof OpBounds): string {
  const rows = checks.map((check) => [
    check.op,
    check.case,
    check.variants,
    check.dtype,
    ratio(check.error / bounds[check.dtype].error),
    Object.entries(check.gradientErrors)
      .map(([input, error]) => `${input} ${ratio(error / bounds[check.dtype].gradient)}`)
      .join("  "),
    check.pass ? "yes" : "NO",
  ]);
  return textTable([["op", "case", "variants", "dtype", "output ÷ bound", "gradients ÷ bound", "pass"], ...rows]);
}

/** A right op stays below 0.1, a wrong one is at 10 or far beyond. */
function ratio(value: number): string {
  if (!Number.isFinite(value)) return "∞";
  return value === 0 || (value >= 1e-3 && value < 1000) ? value.toFixed(3) : value.toExponential(1);
}

/** Whether the plain kernels are wrong too says where to look. */
function failureText(failures: readonly OpVariantCheck[]): string {
  const lines = [...new Set(failures.map(({ op }) => op))].map((op) => {
    const plainFails = failures.some((check) => check.op === op && check.variants === "plain");
    const where = plainFails
      ? "the plain kernels fail too, so look at the op in packages/autograd/src/ops and at variant 0 of what it dispatches"
      : "the plain kernels pass, so a fast variant of a kernel is wrong: run that kernel's own test (packages/kernels/src)";
    return `${op}: ${where}`;
  });
  return lines.join("\n");
}
