import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";
import { type FileSummary, summaryLines, type TestSummary } from "./summaryLines.ts";

declare module "vitest" {
  interface TaskMeta {
    /** The adapter that a file of the `gpu` project ran on. */
    adapter?: string;
    /** What kernels may use of that adapter: "f16 yes, subgroups 4, timestamps yes". */
    capabilities?: string;
  }
}

/** Prints {@link summaryLines} after everything else. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    console.log(`${summaryLines(modules.map(fileSummary), unhandledErrors.length).join("\n")}\n`);
  }
}

function fileSummary(module: TestModule): FileSummary {
  const { adapter, capabilities } = module.meta();
  return {
    ...(adapter === undefined ? {} : { adapter }),
    ...(capabilities === undefined ? {} : { capabilities }),
    broken: module.errors().length > 0,
    tests: [...module.children.allTests()].map(testSummary),
  };
}

function testSummary(test: TestCase): TestSummary {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return { name: `${test.module.relativeModuleId} > ${test.fullName}`, state: result.state, ...(note === undefined ? {} : { note }) };
}
