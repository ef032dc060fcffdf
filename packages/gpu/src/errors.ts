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

/** A shader that does not compile: the compiler's messages at the lines of the expanded source. */
export class ShaderError extends Error {
  override readonly name = "ShaderError";
  readonly source: string;
  constructor(label: string, source: string, messages: readonly Pick<GPUCompilationMessage, "lineNum" | "linePos" | "message" | "type">[]) {
    const lines = source.split("\n");
    const shown = messages
      .filter((message) => message.type === "error")
      .map((message) => `${message.lineNum}:${message.linePos} ${message.message}\n  ${lines[message.lineNum - 1] ?? ""}`);
    super(`shader ${label} does not compile:\n${shown.join("\n")}`);
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
