import { type ChildProcess, fork } from "node:child_process";
import type { PeerReply, PeerRequest, PeerTask } from "./peerMessage.ts";
import { workerFile } from "./workerFile.ts";

/**
 * Whether a process can be stopped while it is not its turn: some libraries poll the GPU, or spin, when they have nothing to do, and would
 * take processor time from whatever is measured beside them.
 */
const canPause = process.platform !== "win32";

/** One run of a peer. */
export interface PeerRun {
  /** As the peer's own process measured it. */
  readonly milliseconds: number;
  readonly result: Float32Array | number;
}

/** A peer in a process of its own, because its libraries change globals, crash, and hold the GPU. Disposing kills it. */
export class PeerProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly #seconds: number;
  readonly #signal: AbortSignal;
  #printed = "";

  private constructor(child: ChildProcess, seconds: number, signal: AbortSignal) {
    this.#child = child;
    this.#seconds = seconds;
    this.#signal = signal;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Buffer) => {
        this.#printed = (this.#printed + data.toString()).slice(-2000);
      });
    }
  }

  /** Starts a peer; no answer may take longer than `seconds`. @throws Error saying what the peer said. */
  static async create(
    task: PeerTask,
    seconds: number,
    signal: AbortSignal,
  ): Promise<{ readonly peer: PeerProcess; readonly version: string; readonly adapter: string; readonly reduced: boolean }> {
    const child = fork(workerFile("peer"), { serialization: "advanced", stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [] });
    const peer = new PeerProcess(child, seconds, signal);
    try {
      const reply = await peer.#ask({ kind: "create", task }, seconds);
      if (reply.kind !== "created") throw new Error(`the peer answered ${reply.kind} to its task`);
      return { peer, version: reply.version, adapter: reply.adapter, reduced: reply.reduced };
    } catch (error) {
      peer[Symbol.dispose]();
      throw error;
    }
  }

  /** Runs it once, within so many seconds or those of its creation. @throws Error saying what the peer said. */
  async run(seconds: number = this.#seconds): Promise<PeerRun> {
    const reply = await this.#ask({ kind: "run" }, seconds);
    if (reply.kind !== "ran") throw new Error(`the peer answered ${reply.kind} to a run`);
    return { milliseconds: reply.milliseconds, result: reply.result };
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }

  #ask(request: PeerRequest, seconds: number): Promise<Exclude<PeerReply, { kind: "failed" }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        if (canPause) child.kill("SIGSTOP");
        child.off("message", onMessage).off("exit", onExit).off("error", onError);
        this.#signal.removeEventListener("abort", onAbort);
        finish();
      };
      const onMessage = (reply: PeerReply): void =>
        settle(() => (reply.kind === "failed" ? reject(new Error(reply.message)) : resolve(reply)));
      const onExit = (code: number | null, name: string | null): void =>
        settle(() => reject(new Error(`its process ended with ${code ?? name}${this.#printed ? `: ${this.#printed.trim()}` : ""}`)));
      const onError = (error: Error): void => settle(() => reject(error));
      const onAbort = (): void => settle(() => reject(this.#signal.reason));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`no answer within ${Number(seconds.toPrecision(2))} s`))),
        1000 * seconds,
      );
      if (this.#signal.aborted) return onAbort();
      if (child.exitCode !== null || child.signalCode !== null) return onExit(child.exitCode, child.signalCode);
      child.on("message", onMessage).on("exit", onExit).on("error", onError);
      this.#signal.addEventListener("abort", onAbort);
      if (canPause) child.kill("SIGCONT");
      child.send(request);
    });
  }
}
