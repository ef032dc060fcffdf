/** What ran in a test file. */
export interface FileSummary {
  /** Its path from the repository's root. */
  readonly name: string;
  /** The adapter that it ran on; absent where it needs none, or could open none. */
  readonly adapter?: string;
  /** What that adapter has: "f16 yes, …". */
  readonly capabilities?: string;
  /** How the file itself failed, outside its tests. */
  readonly errors: readonly string[];
  /** Why it did not come to its end, where it did not: how its process died. */
  readonly unfinished?: string;
  readonly tests: readonly TestSummary[];
}

/** A test of a file. */
export interface TestSummary {
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped" | "pending";
  /** What `skip` was called with. */
  readonly note?: string;
  /** How it failed. */
  readonly error?: string;
}

/**
 * Lines for people and for `.ci/run`: per adapter what it has and how many tests passed, failed and were skipped on it; the skipped ones by
 * reason; what failed, each line beginning with "failed: "; and the sum of all, `N passed, N failed, N skipped`. A broken file counts as a
 * failure, and so does each error outside any test (with its text here), which is what the death of a file's process is.
 */
export function summaryLines(files: readonly FileSummary[], unhandledErrors: readonly string[]): readonly string[] {
  const adapters = [...new Set(files.map(({ adapter }) => adapter))].sort((a, b) => (a ?? "~").localeCompare(b ?? "~"));
  const groups = adapters.map((adapter) => ({ adapter, files: files.filter((file) => file.adapter === adapter) }));
  return [
    ...groups.map((group) => {
      const { capabilities } = group.files[0]!;
      const has = capabilities === undefined ? "" : `; ${capabilities}`;
      const where = group.adapter === undefined ? "without an adapter" : `adapter: ${group.adapter}`;
      const number = `${group.files.length} test file${group.files.length === 1 ? "" : "s"}`;
      return `${where} (${number}${has}): ${counts(group.files, 0)}`;
    }),
    ...groups.flatMap((group) => skipLines(group.adapter, group.files)),
    ...files.flatMap(failureLines),
    ...unhandledErrors.map((error) => `failed: ${shortened(error)}`),
    counts(files, unhandledErrors.length),
  ];
}

function counts(files: readonly FileSummary[], unhandledErrors: number): string {
  const tests = files.flatMap((file) => file.tests);
  const count = (state: TestSummary["state"]) => tests.filter((test) => test.state === state).length;
  const failed = count("failed") + files.filter(({ errors }) => errors.length > 0).length + unhandledErrors;
  return `${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped`;
}

/** A line for each reason, with the first tests that have it. */
function skipLines(adapter: string | undefined, files: readonly FileSummary[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const file of files) {
    for (const test of file.tests) {
      if (test.state !== "skipped") continue;
      const reason = reasonOf(test);
      byReason.set(reason, [...(byReason.get(reason) ?? []), `${file.name} > ${test.name}`]);
    }
  }
  const where = adapter === undefined ? "" : ` on ${adapter}`;
  return [...byReason].map(([reason, names]) => `skipped${where}, ${names.length}, ${reason}: ${someOf(names)}`);
}

/** A test that a condition skips says why in its name, in brackets at the end. */
function reasonOf({ name, note }: TestSummary): string {
  return note ?? /\(([^()]*)\)$/.exec(name)?.[1] ?? "for no reason that its name tells";
}

function failureLines({ name, errors, unfinished, tests }: FileSummary): readonly string[] {
  const failed = tests.filter(({ state }) => state === "failed");
  return [
    ...errors.map((error) => `failed: ${name}: ${shortened(error)}`),
    ...failed.map((test) => `failed: ${name} > ${test.name}: ${shortened(test.error ?? "without an error")}`),
    ...(unfinished === undefined ? [] : [`failed: ${name}: ${unfinished}; ${withoutResult(tests)}`]),
  ];
}

function withoutResult(tests: readonly TestSummary[]): string {
  const pending = tests.filter(({ state }) => state === "pending");
  if (tests.length === 0) return "it told of no test";
  if (pending.length === 0) return tests.length === 1 ? "its 1 test was done" : `its ${tests.length} tests were done`;
  return `${pending.length} of its ${tests.length} tests have no result: ${someOf(pending.map(({ name }) => name))}`;
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).join("; ");
  return names.length > shownNames ? `${shown}; and ${names.length - shownNames} more` : shown;
}

const shownNames = 3;

/** An error's first line that says something; the whole of it stands farther above. */
function shortened(error: string): string {
  const line = error.split("\n").find((text) => text.trim() !== "") ?? "an error without words";
  return line.length > longestError ? `${line.slice(0, longestError)}…` : line;
}

const longestError = 300;
