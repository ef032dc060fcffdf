import { defineConfig, type ViteUserConfig } from "vitest/config";
import { observedForks } from "./test/observedForks.ts";
import { SummaryReporter } from "./test/summaryReporter.ts";

const named = (suffix: string): string[] =>
  ["packages/*/src", "apps/*/src", "bench/gpu-server", "test"].map((folder) => `${folder}/**/*${suffix}`);

/** How the processes of test files ended that died. */
const ends = new Map<string, string>();
const pool = observedForks(ends);

/**
 * Three kinds of tests, told apart by the names of their files, one kind after the other.
 * Workers are processes, because Dawn can be pointed at a Vulkan driver only before a process first asks for one.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", new SummaryReporter(ends)],
    globalSetup: ["test/bundleWorkers.mjs"],
    setupFiles: ["test/compareBytes.ts"],
    env: { KINDLING_CHOICES: "none" }, // what was tuned on this machine decides nothing here
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: named(".test.ts"),
          exclude: [...named(".gpu.test.ts"), ...named(".browser.test.ts")],
          pool,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "gpu",
          include: named(".gpu.test.ts"),
          setupFiles: ["test/openAdapter.ts"],
          pool,
          maxWorkers: 2, // a software adapter uses every core by itself
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: named(".browser.test.ts"),
          pool,
          maxWorkers: 1, // one Chromium at a time
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

export default config;
