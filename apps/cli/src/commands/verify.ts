import path from "node:path";
import type { GoldenCase, GoldenReport, UnsupportedCase } from "@kindling/proof";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { ratioText } from "../ratioText.ts";
import { repositoryFolder } from "../repository.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling verify`: the parity suite against PyTorch's reference values. */
export function verify(shell: Shell): Command {
  return defineCommand(shell, {
    name: "verify",
    summary: "compares ops, models and codecs on this machine's adapter with reference values from PyTorch",
    operands: [],
    keys: {
      golden: { kind: "path", mustExist: true, help: "folder of reference values; default: test/golden of the repository" },
      only: { kind: "text", help: "only cases whose names begin so: ops/conv2d" },
    },
    async run({ values, progress, signal }) {
      const folder = values.golden ?? repositoryGolden();
      const { verifyGolden } = await import("@kindling/proof");
      const { openDevice } = await import("@kindling/gpu");
      const { goldenFolder } = await import("../goldenFolder.ts");
      const { domainChecks } = await import("../domainChecks.ts");
      using device = await openDevice();
      let begun = false;
      const report = await verifyGolden(device, goldenFolder(folder), {
        ...(values.only === undefined ? {} : { only: values.only }),
        domainChecks,
        signal,
        onCase(done, total, name) {
          if (!begun) progress.begin("verifying", total);
          begun = true;
          progress.update(done, name);
        },
      });
      progress.end();
      const { cases, unsupported, failed } = report;
      if (unsupported.length > 0) progress.note(unsupportedText(unsupported));
      if (failed > 0) progress.note(failureText(report));
      return {
        json: { cases, failed, unsupported, adapter: device.fingerprint },
        text: [table(cases), "", summary(report, device.fingerprint), ...worstText(cases, device.fingerprint)].join("\n"),
        ...(failed > 0 ? { failed: `${failed} of ${cases.length} cases failed` } : {}),
      };
    },
  });
}

function repositoryGolden(): string {
  const repository = repositoryFolder();
  if (repository === undefined)
    throw new InputError("golden=DIR is missing: there is no repository around this command to take test/golden from");
  return path.join(repository, "test/golden");
}

function table(cases: readonly GoldenCase[]): string {
  const rows = cases.map((each) => [
    each.name,
    scientific(each.error),
    scientific(each.bound),
    ratioText(ratioOf(each)),
    each.pass ? "yes" : "NO",
  ]);
  return textTable([["case", "error", "bound", "error ÷ bound", "pass"], ...rows]);
}

function ratioOf({ error, bound }: GoldenCase): number {
  return error === 0 ? 0 : error / bound;
}

function summary({ cases, unsupported, failed }: GoldenReport, adapter: string): string {
  const rest = unsupported.length > 0 ? `, ${unsupported.length} not checked` : "";
  return `${cases.length - failed} passed, ${failed} failed${rest}, on ${adapter}`;
}

/** The case that is nearest to its bound, or farthest beyond; nothing where none could be checked. */
function worstText(cases: readonly GoldenCase[], adapter: string): readonly string[] {
  if (cases.length === 0) return [];
  const worst = cases.reduce((most, one) => (ratioOf(one) > ratioOf(most) ? one : most));
  const tensor = worst.worst === undefined ? "" : `, ${worst.worst}`;
  return [`worst error ÷ bound: ${ratioText(ratioOf(worst))}${tensor}, ${worst.name}, on ${adapter}`];
}

/** What could not be compared is never counted as passed; it is said aloud, by reason. */
function unsupportedText(unsupported: readonly UnsupportedCase[]): string {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of unsupported) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  const lines = [...byReason].map(([reason, names]) => `  ${reason}: ${names.join(", ")}`);
  const cases = unsupported.length === 1 ? "1 case was" : `${unsupported.length} cases were`;
  return `${cases} not checked, whole or in part, by reason:\n${lines.join("\n")}`;
}

/** The failed cases, each with its tensors beyond the bound and where to look. */
function failureText({ cases, lookAt }: GoldenReport): string {
  return cases
    .filter(({ pass }) => !pass)
    .map(({ name, error, bound, tensors, problem }) => {
      const errors = Object.entries(tensors).map(([tensor, value]) => `${tensor} ${[value].flat().map(scientific).join(" ")}`);
      const what = problem ?? `${scientific(error)} is above ${scientific(bound)} (${errors.join(", ")})`;
      return `${name}: ${what}; look at ${lookAt[name]}`;
    })
    .join("\n");
}

function scientific(value: number): string {
  return Number.isFinite(value) ? value.toExponential(1) : "∞";
}
