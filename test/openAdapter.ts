import { type Capabilities, openDevice, subgroupMatrixText } from "@kindling/gpu";
import { beforeAll } from "vitest";

/**
 * Setup of the `gpu` project, run in each worker process before a test file: opens the adapter once, which points Dawn at a Vulkan driver
 * while nothing has asked for one, and notes its name and what it has for the summary. Without an adapter the file fails here, with the command that mends it.
 */
// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures from this pattern; there are none
beforeAll(async ({}, file) => {
  using device = await openDevice();
  file.meta.adapter = device.fingerprint;
  file.meta.capabilities = capabilitiesText(device.capabilities);
});

/** What decides which kernels and tests run at all. */
function capabilitiesText({ f16, subgroups, subgroupMatrices, timestamps }: Capabilities): string {
  const lanes = subgroups && (subgroups.min === subgroups.max ? `${subgroups.min}` : `${subgroups.min} to ${subgroups.max}`);
  const matrices = subgroupMatrices.map(subgroupMatrixText).join(" and ");
  return `f16 ${f16 ? "yes" : "no"}, subgroups ${lanes || "no"}, subgroup matrices ${matrices || "no"}, timestamps ${timestamps ? "yes" : "no"}`;
}
