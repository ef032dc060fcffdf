import { sourceExcerpt } from "./sourceExcerpt.ts";

/** No adapter could be opened; the message names the command that mends it. */
export class NoAdapterError extends Error {
  override readonly name = "NoAdapterError";
}

/** The device is gone (driver reset, unplugged, destroyed): every program on it must be rebuilt on a new one. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
  readonly reason: GPUDeviceLostReason;
  constructor(reason: GPUDeviceLostReason, message: string) {
    super(`the GPU device was lost (${reason})${message ? `: ${message}` : ""}`);
    this.reason = reason;
  }
}

/** What a compiler says of a shader; `lineNum` 0 is nowhere in particular. */
export type ShaderMessage = Pick<GPUCompilationMessage, "lineNum" | "linePos" | "length" | "message" | "type">;

/**
 * A shader that does not compile, or that compiles and makes no pipeline on this adapter: more workgroup memory or threads than it has.
 * The message shows what the compiler says at the lines of the expanded source; of a pipeline, what the adapter says, with the lines that
 * declare workgroup memory and size.
 */
export class ShaderError extends Error {
  override readonly name = "ShaderError";
  /** The expanded source, as compiled. */
  readonly source: string;
  constructor(label: string, source: string, problem: readonly ShaderMessage[] | string) {
    super(
      typeof problem === "string"
        ? `shader ${label} makes no pipeline on this adapter: ${[problem.trim(), ...workgroupLines(source)].join("\n")}`
        : [
            `shader ${label} does not compile:`,
            ...problem.filter(({ type }) => type !== "warning").map((each) => shown(source, each)),
          ].join("\n"),
    );
    this.source = source;
  }
}

/** Something needs more than the adapter offers; the message says what, how much and what to reduce. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/** WebGPU refused a call of ours: a bug, never the user's mistake. */
export class GpuValidationError extends Error {
  override readonly name = "GpuValidationError";
}

/** The first line of a message with its place in the source, then the rest: a list of overloads for example. */
function shown(source: string, { lineNum, linePos, length, message, type }: ShaderMessage): string {
  const [first = "", ...rest] = message.trim().split("\n");
  const said = `${type === "info" ? "note: " : ""}${first}`;
  if (lineNum === 0) return [said, ...rest].join("\n");
  const excerpt = sourceExcerpt(source, { line: lineNum, column: linePos, length });
  return [`line ${lineNum}, column ${linePos}: ${said}`, excerpt, ...rest].filter((line) => line !== "").join("\n");
}

/** What limits of a pipeline are about, where it stands in a source. */
function workgroupLines(source: string): string[] {
  return source.split("\n").flatMap((line, i) => (/var<workgroup>|@workgroup_size/.test(line) ? [`line ${i + 1}: ${line.trim()}`] : []));
}
