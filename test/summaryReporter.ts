import { relative } from "node:path";
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
  readonly #ends: ReadonlyMap<string, string>;

  /** @param ends how the processes of files ended that died, by absolute path (see `observedForks`). */
  constructor(ends: ReadonlyMap<string, string>) {
    this.#ends = ends;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    console.log(
      `${summaryLines(
        modules.map((module) => fileSummary(module, this.#ends.get(module.moduleId))),
        unhandledErrors.map(unhandledText),
      ).join("\n")}\n`,
    );
  }
}

function fileSummary(module: TestModule, end: string | undefined): FileSummary {
  const { adapter, capabilities } = module.meta();
  const state = module.state();
  const ended = state !== "queued" && state !== "pending";
  return {
    name: module.relativeModuleId,
    ...(adapter === undefined ? {} : { adapter }),
    ...(capabilities === undefined ? {} : { capabilities }),
    errors: module.errors().map(errorText),
    ...(ended ? {} : { unfinished: end ?? "it did not come to its end" }),
    tests: [...module.children.allTests()].map(testSummary),
  };
}

function testSummary(test: TestCase): TestSummary {
  const result = test.result();
  const error = result.errors?.[0];
  return {
    name: test.fullName,
    state: result.state,
    ...(result.state === "skipped" && result.note !== undefined ? { note: result.note } : {}),
    ...(error === undefined ? {} : { error: errorText(error) }),
  };
}

function unhandledText(error: SerializedError): string {
  const file: unknown = error.VITEST_TEST_PATH; // vitest's note of what ran then, absent from its types
  return `outside any test${typeof file === "string" ? `, while ${relative(process.cwd(), file)} ran` : ""}: ${errorText(error)}`;
}

/** What an error says, and what it says that it was caused by: the pool's error says only that a worker had one. */
function errorText({ name, message, cause }: Pick<SerializedError, "name" | "message" | "cause">): string {
  const text = name && !message.startsWith(name) ? `${name}: ${message}` : message;
  return cause ? `${text} (${cause.message})` : text;
}
