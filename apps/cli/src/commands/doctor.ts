import type { SystemDescription } from "@kindling/gpu";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import type { Shell } from "../shell.ts";
import { versions } from "../versions.ts";

/** `kindling doctor`: the adapter, what it can do, and what to mend. */
export function doctor(shell: Shell): Command {
  return defineCommand(shell, {
    name: "doctor",
    summary: "says which adapter computes, what it can do, and the command that mends what is missing",
    operands: [],
    keys: {},
    async run() {
      const { describeSystem, subgroupMatrixText } = await import("@kindling/gpu");
      const { describeChoices } = await import("../tune/describeChoices.ts");
      const system = await describeSystem();
      const matrices = system.subgroupMatrices.map(subgroupMatrixText);
      const tuned = system.adapter === null ? null : await describeChoices(system.fingerprint);
      return {
        json: { ...system, ...(tuned ? { tuned: tuned.json } : {}), versions: versions() },
        text: `${factsText(system, matrices, tuned?.text)}\n\n${problemsText(system)}`,
        ...(system.adapter === null ? { failed: "no adapter can be opened on this machine; what to do stands above" } : {}),
      };
    },
  });
}

/** Limits that decide how large a model, a batch and an input can be. */
const importantLimits = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
];

function factsText(system: SystemDescription, matrices: readonly string[], tuned: string | undefined): string {
  const { adapter, memory, limits } = system;
  const { kindling = "", node = "" } = versions();
  const rows: [string, string][] = [["Kindling", `${kindling}, Node ${node}, ${system.implementation}`]];
  if (adapter === null) rows.push(["adapter", "none"]);
  else {
    rows.push(["adapter", `${adapter} (${system.software ? "software" : "hardware"}, ${system.source})`]);
    rows.push(["driver", [system.vendor, system.architecture, system.driver].filter((part) => part !== "").join(", ")]);
    rows.push(["backend", system.backend]);
    rows.push(["features", system.features.join(", ") || "none"]);
    rows.push(["subgroup matrices", matrices.join(", ") || "none"]);
    for (const name of importantLimits) if (limits[name] !== undefined) rows.push([name, limitText(name, limits[name])]);
  }
  if (tuned !== undefined) rows.push(["tuned choices", tuned]);
  if (system.adapters.length > 0) rows.push(["all adapters", system.adapters.join("; ")]);
  rows.push(["memory", memoryText(memory.freeBytes, memory.totalBytes)]);
  for (const gpu of memory.gpus) rows.push([gpu.name, memoryText(gpu.freeBytes, gpu.totalBytes)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text || "unknown"}`).join("\n");
}

function problemsText({ adapter, problems }: SystemDescription): string {
  if (problems.length === 0) return "nothing to mend";
  const heading = adapter === null ? "what is wrong" : "what could be better";
  return [heading, ...problems.map(({ what, fix }) => `- ${what}\n  → ${fix}`)].join("\n");
}

function limitText(name: string, value: number): string {
  return name.endsWith("Size") ? bytesText(value) : String(value);
}

function memoryText(free: number | undefined, total: number | undefined): string {
  if (total === undefined) return "unknown";
  return free === undefined ? bytesText(total) : `${bytesText(free)} free of ${bytesText(total)}`;
}

function bytesText(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : `${(bytes / 2 ** 10).toFixed(0)} KiB`;
}
