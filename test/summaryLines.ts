/** What ran in a test file. */
export interface FileSummary {
  /** The adapter that it ran on; absent where it needs none, or could open none. */
  readonly adapter?: string;
  /** What that adapter has: "f16 yes, …". */
  readonly capabilities?: string;
  /** Whether the file itself failed, outside its tests. */
  readonly broken: boolean;
  readonly tests: readonly TestSummary[];
}

/** A test; `name` begins with its file. */
export interface TestSummary {
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped" | "pending";
  /** What `skip` was called with. */
  readonly note?: string;
}

/**
 * Lines for people and for `.ci/run`: per adapter what it has and how many tests passed, failed and were skipped on it; the skipped ones by
 * reason; and the sum of all, `N passed, N failed, N skipped`. A broken file counts as a failure, and so does each error outside any test.
 */
export function summaryLines(files: readonly FileSummary[], unhandledErrors: number): readonly string[] {
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
    counts(files, unhandledErrors),
  ];
}

function counts(files: readonly FileSummary[], unhandledErrors: number): string {
  const tests = files.flatMap((file) => file.tests);
  const count = (state: TestSummary["state"]) => tests.filter((test) => test.state === state).length;
  const failed = count("failed") + files.filter(({ broken }) => broken).length + unhandledErrors;
  return `${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped`;
}

/** A line for each reason, with the first tests that have it. */
function skipLines(adapter: string | undefined, files: readonly FileSummary[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const test of files.flatMap(({ tests }) => tests)) {
    if (test.state !== "skipped") continue;
    const reason = reasonOf(test);
    byReason.set(reason, [...(byReason.get(reason) ?? []), test.name]);
  }
  const where = adapter === undefined ? "" : ` on ${adapter}`;
  return [...byReason].map(([reason, names]) => {
    const shown = names.slice(0, shownNames).join("; ");
    return `skipped${where}, ${names.length}, ${reason}: ${shown}${names.length > shownNames ? `; and ${names.length - shownNames} more` : ""}`;
  });
}

const shownNames = 3;

/** A test that a condition skips says why in its name, in brackets at the end. */
function reasonOf({ name, note }: TestSummary): string {
  return note ?? /\(([^()]*)\)$/.exec(name)?.[1] ?? "for no reason that its name tells";
}
