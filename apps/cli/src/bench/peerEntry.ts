import type { Contestant } from "./interleave.ts";
import type { PeerTask } from "./peerMessage.ts";
import { PeerProcess } from "./peerProcess.ts";
import type { Peer } from "./peers.ts";

/** Steps that a trainee makes before it is timed, and whose losses are compared; two when more would take longer than its samples may. */
export const comparedSteps = 3;

/** A row of `kindling bench peers` that is ready to be timed. */
export interface Entry extends Contestant, Disposable {
  readonly version: string;
  readonly firstMilliseconds: number;
  /** Whether it rounds to less than f32. */
  readonly reduced: boolean;
  /** The heatmaps [n,k,h,w], or the losses of the compared steps. */
  readonly results: ArrayLike<number>;
  /** Why it has no more samples: it crashed, or took too long. */
  readonly problem: () => string | undefined;
}

/** How long a peer is waited for. */
export interface PeerPatience {
  /** Until it is warm, and for each answer after that. */
  readonly patience: number;
  /** One whose first runs took so long is not warmed up further. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Starts a peer, runs it until it is warm, and keeps what it computed. @throws Error saying what stopped it. */
export async function peerEntry(peer: Peer, task: PeerTask, { patience, seconds, signal }: PeerPatience): Promise<Entry> {
  const created = performance.now();
  const { peer: running, version, reduced } = await PeerProcess.create(task, patience, signal);
  try {
    const begin = performance.now();
    const warmUp = () => running.run(Math.max(0, patience - (performance.now() - created) / 1000));
    const first = await warmUp();
    const isSlow = (): boolean => performance.now() - begin > 1000 * seconds;
    const losses = [];
    if (typeof first.result === "number") {
      losses.push(first.result);
      while (losses.length < 2 || (losses.length < comparedSteps && !isSlow())) losses.push(Number((await warmUp()).result));
    } else if (!isSlow()) await warmUp();
    let problem: string | undefined;
    return {
      name: peer.name,
      version,
      reduced,
      firstMilliseconds: first.milliseconds,
      results: typeof first.result === "number" ? losses : first.result,
      problem: () => problem,
      async sample() {
        if (problem !== undefined) return Number.NaN;
        try {
          return (await running.run()).milliseconds;
        } catch (error) {
          signal.throwIfAborted();
          problem = sentenceOf(error);
          return Number.NaN;
        }
      },
      [Symbol.dispose]: () => running[Symbol.dispose](),
    };
  } catch (error) {
    running[Symbol.dispose]();
    throw error;
  }
}

/** The first line of what went wrong. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0]!.slice(0, 300);
}
