import { type Device, type SystemDescription, subgroupMatrixText } from "@kindling/gpu";
import { byId, element } from "./element.ts";
import { byteText } from "./numberText.ts";

/** Shows who computes: names, what kernels may rely on, features and all limits of the adapter, and what could be better. */
export function showAdapter(device: Device, system: SystemDescription): void {
  byId("facts").replaceChildren(
    ...factsOf(device, system).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
  byId("advice").replaceChildren(...system.problems.map(({ what, fix }) => element("li", {}, `${sentence(what)}. ${sentence(fix)}.`)));
  byId("features").replaceChildren(...system.features.map((feature) => element("li", {}, feature)));
  byId("limits").replaceChildren(
    ...Object.entries(system.limits).map(([name, value]) =>
      element("tr", {}, element("th", { scope: "row" }, element("code", {}, name)), element("td", {}, limitText(name, value))),
    ),
  );
}

function factsOf({ capabilities, info }: Device, system: SystemDescription): readonly (readonly [string, string])[] {
  const { f16, subgroups, subgroupMatrices, timestamps } = capabilities;
  return [
    ["Vendor", info.vendor || unknown],
    ["Architecture", info.architecture || unknown],
    ["Device", info.device || unknown],
    ["Driver", info.description || unknown],
    ["Kind", info.software ? "software, on the processor" : "hardware"],
    ["Browser", system.implementation],
    ["16-bit floats", f16 ? "yes" : "no"],
    ["Subgroups", subgroups ? (subgroups.min === subgroups.max ? `of ${subgroups.min}` : `of ${subgroups.min} to ${subgroups.max}`) : "no"],
    ["Subgroup matrices", subgroupMatrices.map(subgroupMatrixText).join(", ") || "no"],
    ["Timestamps", timestamps ? "yes" : "no"],
    ["Largest binding", byteText(capabilities.maxBindingBytes)],
    ["Workgroup memory", byteText(capabilities.maxWorkgroupStorageBytes)],
    ["Threads a workgroup", String(capabilities.maxWorkgroupInvocations)],
  ];
}

const unknown = "not told";

function limitText(name: string, value: number): string {
  return /(Buffer|Binding|Storage)Size$/.test(name) ? byteText(value) : value.toLocaleString("en");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
