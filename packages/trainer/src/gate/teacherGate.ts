import { teacherLabel } from "../teachers.ts";
import type { TeacherCheck } from "./checkTeacher.ts";

/** A teacher that finds far less than it should, which stops the run before its first step. */
export class TeacherGateError extends Error {
  override readonly name = "TeacherGateError";
  readonly check: TeacherCheck;

  constructor(check: TeacherCheck) {
    super(`${teacherText(check)}; ${check.key}.gate: warn trains all the same`);
    this.check = check;
  }
}

/** What a check found, in a sentence; of a teacher that is far below with what would raise the figure. */
export function teacherText(check: TeacherCheck): string {
  const { persons, dataset, pckThreshold, pck, AP, expected, farBelow, tried } = check;
  const name = { pck: `PCK@${pckThreshold}`, AP: "AP" };
  const shown = farBelow ?? (expected?.pck === undefined && AP ? "AP" : "pck");
  const measured = { pck, AP }[shown];
  const who = `the teacher ${teacherLabel(check, check.model)}`;
  const on = `on ${persons} persons of ${dataset}`;
  if (!measured) return `${who} has no ${name[shown]} ${on}: no joint is labelled`;
  const found = `${who} reaches ${name[shown]} ${text(measured.value)} (${text(measured.low)}–${text(measured.high)}) ${on}`;
  const figure = expected?.[shown];
  if (!expected || figure === undefined) return `${found}; nothing says what it should reach (${check.key}.expect can)`;
  if (!farBelow) return `${found}; ${expected.source} ${text(figure)}`;
  const causes = tried.filter(({ raises }) => raises);
  const best = causes[0];
  const why = best
    ? `${causes.map(({ what, value }) => `${what} it reaches ${text(value)}`).join(", ")}: the remedy is ${best.remedy}`
    : `none of the usual causes (${tried.map(({ what }) => what).join(", ")}) raises it: are the weights, the annotations and the joints' order right?`;
  return `${found}, far below the ${text(figure)} that ${expected.source}; ${why}`;
}

function text(value: number): string {
  return value.toFixed(3);
}
