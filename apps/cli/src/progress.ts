import { styleText } from "node:util";

/** What we need of process.stdout and process.stderr. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Everything a command says besides its result: notes, and one row that shows how far the work is, with the time it still needs.
 * On a terminal the row is rewritten in place; elsewhere it becomes a plain line every ten seconds and one at the end.
 */
export class Progress {
  readonly #stream: TextStream;
  readonly #now: () => number;
  readonly #terminal: boolean;
  #row: Row | undefined;

  constructor(stream: TextStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
    this.#terminal = stream.isTTY === true && process.env.TERM !== "dumb";
  }

  /** Starts the row of a piece of work of `total` steps, of which `before` were done earlier, in another process for example. */
  begin(label: string, total: number, before = 0): void {
    this.end();
    this.#row = { label, total, before, start: this.#now(), text: "", shown: Number.NEGATIVE_INFINITY };
  }

  /** `done` steps are done; `detail` says what else is worth knowing, a loss for example. */
  update(done: number, detail = ""): void {
    const row = this.#row;
    if (!row) return;
    const now = this.#now();
    const percent = row.total > 0 ? Math.floor((100 * done) / row.total) : 100;
    const left = remaining(done - row.before, row.total - row.before, now - row.start);
    const parts = [`${row.label}  ${done}/${row.total}  ${percent} %`, detail, left];
    row.text = parts.filter((part) => part !== "").join("  ");
    const last = done >= row.total;
    if (!last && now - row.shown < (this.#terminal ? terminalMilliseconds : lineMilliseconds)) return;
    row.shown = now;
    this.#draw(row.text);
  }

  /** Ends the row; what it last showed stays. */
  end(): void {
    if (this.#row?.text && this.#terminal) this.#stream.write(`\r${clearLine}${shortened(this.#row.text, this.#stream.columns)}\n`);
    this.#row = undefined;
  }

  /** Prints a line above the row. */
  note(text: string): void {
    if (this.#row?.text && this.#terminal) this.#stream.write(`\r${clearLine}`);
    this.#stream.write(`${text}\n`);
    if (this.#row?.text && this.#terminal) this.#draw(this.#row.text);
  }

  #draw(text: string): void {
    if (!this.#terminal) this.#stream.write(`${text}\n`);
    else this.#stream.write(`\r${clearLine}${styled(shortened(text, this.#stream.columns))}`);
  }
}

interface Row {
  readonly label: string;
  readonly total: number;
  readonly before: number;
  readonly start: number;
  text: string;
  shown: number;
}

const clearLine = "\u001b[K";
const terminalMilliseconds = 100;
const lineMilliseconds = 10_000;

/** The time that the rest takes at the rate so far; nothing before the first step and after the last. */
function remaining(done: number, total: number, milliseconds: number): string {
  if (done <= 0 || done >= total) return "";
  const seconds = Math.round(((milliseconds / done) * (total - done)) / 1000);
  const clock = `${Math.floor(seconds / 60) % 60}`.padStart(seconds >= 3600 ? 2 : 1, "0");
  return `ETA ${seconds >= 3600 ? `${Math.floor(seconds / 3600)}:` : ""}${clock}:${`${seconds % 60}`.padStart(2, "0")}`;
}

/** A row longer than the terminal would wrap, and could not be rewritten in place. */
function shortened(text: string, columns = 80): string {
  return text.length < columns ? text : text.slice(0, columns - 1);
}

function styled(text: string): string {
  return process.env.NO_COLOR ? text : styleText("cyan", text);
}
