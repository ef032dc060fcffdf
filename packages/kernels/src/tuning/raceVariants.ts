import { type Command, type CommandTimer, type Device, ShaderError } from "@kindling/gpu";
import { fastestVariant } from "../kernel.ts";
import { differenceOf, type PlainResults } from "./differenceOf.ts";
import { bindingTypes, dtypesOf, type KernelCall, sourcesHash, supportedVariants } from "./kernelCall.ts";
import { median } from "./median.ts";
import { RaceOperands, type Signs } from "./raceOperands.ts";
import type { TunedChoice } from "./tunedChoices.ts";

/** How a race is run. */
export interface RaceOptions {
  readonly timer: Pick<CommandTimer, "clock" | "time">;
  /** The timed runs of a race end after so long, each variant having had three. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

/** What a race found. */
export interface VariantRace {
  readonly choice: TunedChoice;
  /** What would be taken without measuring. */
  readonly ruleOfThumb: string;
  /** Variants that take no part, with a sentence why: they do not compile here, or compute something else than the plain one. */
  readonly rejected: readonly { readonly variant: string; readonly reason: string }[];
}

/** Whether a call can be raced: there is something to choose, and random operands are a fair call, with no places in memory among them. */
export function canRace(call: KernelCall, device: Device): boolean {
  const { reads, anyBits } = call.kernel;
  const harmless = call.reads.every(({ dtype }, i) => dtype !== "u32" || anyBits?.includes(reads[i]!));
  return harmless && supportedVariants(call, device.capabilities).length > 1;
}

/**
 * Runs every variant that supports a call, also those that a rule of thumb would not take, on random operands: first compares each with the
 * plain one ({@link differenceOf}), then times them in turn, so that what disturbs the machine disturbs all alike. The choice is the
 * variant of the smallest median; the rule of thumb's stays unless another is faster by 3 %. Memory is freed before it returns.
 * @throws what the device reports, the signal's reason when it is aborted.
 */
export async function raceVariants(device: Device, call: KernelCall, options: RaceOptions): Promise<VariantRace> {
  const { kernel, problem } = call;
  using operands = new RaceOperands(device, call);
  const { contestants, rejected } = await qualify(device, call, operands);
  const milliseconds = await timeInTurn(contestants, options);
  const ruleOfThumb = fastestVariant(kernel, problem, device.capabilities, bindingTypes(call)).id;
  const choice: TunedChoice = {
    kernel: kernel.name,
    dtypes: dtypesOf(call),
    problem,
    sources: sourcesHash(call, device.capabilities),
    variant: winner(milliseconds, ruleOfThumb),
    microseconds: Object.fromEntries([...milliseconds].map(([id, time]) => [id, 1000 * time])),
  };
  return { choice, ruleOfThumb, rejected };
}

/** The shortest time that a measurement should take: what begins and ends a pass, or the way there and back, is then small beside it. */
const sampleMilliseconds = { timestamps: 0.2, host: 5 };
const mostReplays = 1000;
const warmUps = 3;
const timedRuns = 20;
const fewestRuns = 3;
/** A variant whose fastest warm-up took so many times as long as the best one's has lost. */
const hopeless = 10;
/** A run that takes so long is no short one that was disturbed: a variant may lose by it alone. */
const longMilliseconds = 100;
/** Faster by less is chance: the choice stays what it would be anyway. */
const clearly = 0.97;

interface Contestant {
  readonly id: string;
  readonly command: Command;
}

/** The variants that compile and agree with the plain one. */
async function qualify(
  device: Device,
  call: KernelCall,
  operands: RaceOperands,
): Promise<{ readonly contestants: readonly Contestant[] } & Pick<VariantRace, "rejected">> {
  const [plain, ...others] = supportedVariants(call, device.capabilities);
  const contestants: Contestant[] = [{ id: plain!.id, command: await operands.bind(plain!) }]; // variant 0 supports everything
  const rejected: VariantRace["rejected"][number][] = [];
  const { signs, ...expected } = await plainResults(call, operands, contestants[0]!.command);
  for (const variant of others) {
    try {
      const command = await operands.bind(variant);
      const difference = differenceOf(expected, await operands.resultsOf(command, signs));
      if (difference === null) contestants.push({ id: variant.id, command });
      else rejected.push({ variant: variant.id, reason: difference });
    } catch (error) {
      if (!(error instanceof ShaderError)) throw error;
      rejected.push({ variant: variant.id, reason: error.message });
    }
  }
  return { contestants, rejected };
}

/** What the plain variant computes of operands with signs; without, where those of either sign lie outside of what it can compute. */
async function plainResults(
  { kernel, problem, writes }: KernelCall,
  operands: RaceOperands,
  command: Command,
): Promise<PlainResults & { readonly signs: Signs }> {
  const magnitudes = await operands.resultsOf(command, "positive");
  const signed = await operands.resultsOf(command, "signed");
  const signs = signed.every((values) => values.every(Number.isFinite)) ? "signed" : "positive";
  const elements = signed.reduce((sum, { length }) => sum + length, 0);
  return {
    values: signs === "signed" ? signed : magnitudes,
    magnitudes,
    operations: kernel.cost(problem).flops / elements,
    dtypes: writes.map(({ dtype }) => dtype),
    signs,
  };
}

/** Milliseconds of a run, by variant: medians, or for one that lost in the warm-ups its fastest run. */
async function timeInTurn(
  contestants: readonly Contestant[],
  { timer, seconds, signal }: RaceOptions,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  let running = contestants;
  for (let round = 1; round <= warmUps; round++) {
    for (const { id, command } of running) {
      signal?.throwIfAborted();
      times.set(id, Math.min(times.get(id) ?? Number.POSITIVE_INFINITY, await timer.time([command], 1)));
    }
    const best = Math.min(...times.values());
    const inRace = (time: number) => time <= hopeless * best || (round < warmUps && time < longMilliseconds);
    running = running.filter(({ id }) => inRace(times.get(id)!));
  }
  const replays = new Map(
    running.map(({ id }) => [id, Math.min(mostReplays, Math.ceil(sampleMilliseconds[timer.clock] / Math.max(1e-6, times.get(id)!)))]),
  );
  const samples = new Map(running.map(({ id }) => [id, [] as number[]]));
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; round < timedRuns && (round < fewestRuns || performance.now() < end); round++) {
    for (const { id, command } of running) {
      signal?.throwIfAborted();
      samples.get(id)!.push(await timer.time([command], replays.get(id)!));
    }
  }
  for (const [id, values] of samples) times.set(id, median(values));
  return times;
}

function winner(times: ReadonlyMap<string, number>, ruleOfThumb: string): string {
  const [fastest, time] = [...times].reduce((best, one) => (one[1] < best[1] ? one : best));
  const expected = times.get(ruleOfThumb);
  return expected !== undefined && time > clearly * expected ? ruleOfThumb : fastest;
}
