import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

declare module "vitest" {
  interface TaskMeta {
    /** The adapter that a file of the `gpu` project ran on. */
    adapter?: string;
  }
}

/**
 * Prints after everything else: the adapters that ran, every skipped test with its reason, and the line `N passed, N failed, N skipped`.
 * A file that could not run, or an error outside any test, counts as one failure.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const withState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const brokenFiles = modules.filter((module) => module.errors().length > 0);
    const skipped = withState("skipped");
    const failed = withState("failed").length + brokenFiles.length + unhandledErrors.length;

    const adapters = new Map<string, number>();
    for (const { adapter } of modules.map((module) => module.meta())) if (adapter) adapters.set(adapter, (adapters.get(adapter) ?? 0) + 1);

    const lines = [...adapters].map(([adapter, files]) => `adapter: ${adapter} (${files} test files)`);
    lines.push(...skipped.map(skipLine), `${withState("passed").length} passed, ${failed} failed, ${skipped.length} skipped`);
    console.log(`${lines.join("\n")}\n`);
  }
}

/** The reason is what `skip` was called with; a test skipped by a condition says it in its name. */
function skipLine(test: TestCase): string {
  const result = test.result();
  const reason = result.state === "skipped" && result.note ? `: ${result.note}` : "";
  return `skipped: ${test.module.relativeModuleId} > ${test.fullName}${reason}`;
}
