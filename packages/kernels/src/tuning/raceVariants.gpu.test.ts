import { type Command, CommandTimer, type DType, openDevice } from "@kindling/gpu";
import { convReluMaxPool2dProblemOf, convReluMaxPool2dSizes } from "@kindling/proof";
import { expect, test } from "vitest";
import { convReluMaxPool2dWeightGradKernel } from "../convReluMaxPool2dWeightGrad/convReluMaxPool2dWeightGrad.ts";
import { dropoutKernel } from "../dropout/dropout.ts";
import type { Kernel, Problem, Variant } from "../kernel.ts";
import { matmulKernel } from "../matmul/matmul.ts";
import { maxPool2dInputGradKernel } from "../maxPool2dInputGrad/maxPool2dInputGrad.ts";
import { partialSquaresKernel } from "../reduce/partialSums.ts";
import { chooseVariant } from "./chooseVariant.ts";
import { type KernelCall, sourcesHash, supportedVariants } from "./kernelCall.ts";
import { canRace, raceVariants } from "./raceVariants.ts";
import { variantChoices } from "./tunedChoices.ts";

const device = await openDevice();

/** The plain product of matrices under several names, some of them changed. */
function productBy(...variants: readonly Variant[]): KernelCall {
  const operand = (...shape: readonly number[]) => ({ shape, dtype: "f32" }) as const;
  return {
    kernel: { ...(matmulKernel as unknown as Kernel), variants: [plain, ...variants] },
    problem: { batch: 1, m: 17, k: 9, n: 5, transposeA: false, transposeB: false },
    reads: [operand(17, 9), operand(9, 5)],
    writes: [operand(17, 5)],
  };
}

const plain = matmulKernel.variants[0] as unknown as Variant; // called with its own problem
const named = (id: string, change: (source: string) => string = (source) => source): Variant => ({
  ...plain,
  id,
  source: (problem) => change(plain.source(problem)),
});

/** Pretends that variants take so many milliseconds, and notes who ran. */
function clockOf(milliseconds: Readonly<Record<string, number>>) {
  const runs: string[] = [];
  const time = async ([command]: readonly Command[]) => {
    const id = command!.label.split("/")[1]!;
    runs.push(id);
    return milliseconds[id]!;
  };
  return { runs, timer: { clock: "host", time } as const };
}

test("the variant of the smallest median is chosen, with the times of all, and a device with the choice takes it", async () => {
  const call = productBy(named("quick"), named("last"));
  const { timer } = clockOf({ direct: 3, quick: 1, last: 2 });
  const race = await raceVariants(device, call, { timer, seconds: 60 });
  expect(race).toEqual({
    choice: {
      kernel: "matmul",
      dtypes: "f32,f32>f32",
      problem: call.problem,
      sources: sourcesHash(call, device.capabilities),
      variant: "quick",
      microseconds: { direct: 3000, quick: 1000, last: 2000 },
    },
    ruleOfThumb: "last",
    rejected: [],
  });
  const tuned = { capabilities: device.capabilities, choices: variantChoices([race.choice]) };
  expect(chooseVariant(tuned, call)).toMatchObject({ variant: { id: "quick" }, tuned: true });
});

test("the rule of thumb's stays where another is faster by less than 3 %", async () => {
  const { timer } = clockOf({ direct: 0.98, last: 1 });
  expect((await raceVariants(device, productBy(named("last")), { timer, seconds: 60 })).choice.variant).toBe("last");
});

test("one that takes ten times as long loses in the warm-ups, in the first when it is slow; the others have 20 runs in turn, or 3 without time", async () => {
  const call = productBy(named("quick"), named("last"));
  const turns = (count: number, ...ids: readonly string[]) => Array.from({ length: count }, () => ids).flat();
  const all = ["direct", "quick", "last"];
  const whole = clockOf({ direct: 11, quick: 1, last: 2 });
  await raceVariants(device, call, { timer: whole.timer, seconds: 60 });
  expect(whole.runs).toEqual([...turns(3, ...all), ...turns(20, "quick", "last")]);
  const hurried = clockOf({ direct: 1100, quick: 100, last: 200 });
  const { choice } = await raceVariants(device, call, { timer: hurried.timer, seconds: 0 });
  expect(hurried.runs).toEqual([...all, ...turns(2 + 3, "quick", "last")]);
  expect(choice.microseconds.direct).toBe(1_100_000);
});

test("one warm-up that was disturbed decides nothing", async () => {
  const times = [11, 1, 1];
  const time = async ([command]: readonly Command[]) => (command!.label.endsWith("last") ? (times.shift() ?? 1) : 2);
  const { choice } = await raceVariants(device, productBy(named("last")), { timer: { clock: "host", time }, seconds: 60 });
  expect(choice).toMatchObject({ variant: "last", microseconds: { direct: 2000, last: 1000 } });
});

test("of partial sums the total is compared, because variants share the terms out differently; a wrong one is still found", async () => {
  const kernel = partialSquaresKernel as unknown as Kernel; // called with its own problem
  const [scalar, vector] = kernel.variants;
  const wrong = { ...vector!, id: "wrong", source: (problem: Problem) => vector!.source(problem).replace("u.size / 4u", "u.size / 8u") };
  const call: KernelCall = {
    kernel: { ...kernel, variants: [scalar, vector!, wrong] },
    problem: { size: 6528, splits: 102, offset: 0 },
    reads: [{ shape: [6528], dtype: "f32" }],
    writes: [{ shape: [102], dtype: "f32" }],
  };
  const { timer } = clockOf({ scalar: 2, vector: 1 });
  const { choice, rejected } = await raceVariants(device, call, { timer, seconds: 0 });
  expect(rejected.map(({ variant }) => variant)).toEqual(["wrong"]);
  expect(choice.variant).toBe("vector");
});

test("a variant that computes something else is rejected with the element, one that does not compile with the message, and neither is timed", async () => {
  const wrong = named("wrong", (source) => source.replace("+=", "-="));
  const call = productBy(
    named("right"),
    wrong,
    named("broken", () => "no shader"),
  );
  expect(wrong.source(call.problem)).not.toBe(plain.source(call.problem));
  const { timer, runs } = clockOf({ direct: 2, right: 1 });
  const { choice, rejected } = await raceVariants(device, call, { timer, seconds: 0 });
  expect(rejected.map(({ variant }) => variant)).toEqual(["wrong", "broken"]);
  expect(rejected[0]!.reason).toMatch(/^element \d+ of result 0 is -?\d.*, and the plain variant's is/);
  expect(choice.variant).toBe("right");
  expect(new Set(runs)).toEqual(new Set(["direct", "right"]));
  device.throwIfFailed();
});

test("a race ends where the signal is aborted", async () => {
  const { timer } = clockOf({ direct: 1, last: 1 });
  const racing = raceVariants(device, productBy(named("last")), { timer, seconds: 60, signal: AbortSignal.abort() });
  await expect(racing).rejects.toThrow(/abort/);
});

test("only calls with something to choose are raced, and none that reads whole numbers which might be places in memory", () => {
  expect(canRace(productBy(named("last")), device)).toBe(true);
  expect(canRace(productBy(), device)).toBe(false);
  const reads = (dtype: DType): KernelCall => ({ ...productBy(named("last")), reads: [{ shape: [17, 9], dtype }] });
  expect(canRace(reads("u32"), device)).toBe(false);
  const kernel = dropoutKernel as unknown as Kernel; // called with its own problem
  const dropped = { shape: [64], dtype: "f32" } as const;
  const call = { kernel, problem: { size: 64 }, reads: [dropped, { shape: [2], dtype: "u32" }], writes: [dropped] } as const;
  expect(canRace(call, device)).toBe(true);
  const pooled = convReluMaxPool2dProblemOf(convReluMaxPool2dSizes[0]!);
  const image = { shape: [2, 19, 14, 4], dtype: "f32" } as const;
  const maxima = [{ shape: [2, 4, 3, 12], dtype: "f32" } as const, { shape: [2, 4, 3, 3], dtype: "u32" } as const] as const;
  const pooledGrad = {
    kernel: convReluMaxPool2dWeightGradKernel as unknown as Kernel, // called with its own problem
    problem: { ...pooled, splits: 1 },
    reads: [...maxima, image],
    writes: [{ shape: [3, 3, 4, 12], dtype: "f32" } as const],
  };
  expect(supportedVariants(pooledGrad, device.capabilities)).toHaveLength(2);
  expect(canRace(pooledGrad, device)).toBe(false);
  const pooling = { batch: 2, height: 9, width: 6, channels: 12, outHeight: 4, outWidth: 3, kernel: 3, stride: 2, padding: 0 };
  const inputGrad = {
    kernel: maxPool2dInputGradKernel as unknown as Kernel, // called with its own problem
    problem: pooling,
    reads: maxima,
    writes: [{ shape: [2, 9, 6, 12], dtype: "f32" } as const],
  };
  expect(canRace(inputGrad, device)).toBe(true);
});

test("the adapter's own clock times every variant that supports a call, those too that do not suit", async () => {
  using timer = new CommandTimer(device);
  const operand = (...shape: readonly number[]) => ({ shape, dtype: "f32" }) as const;
  const call: KernelCall = {
    kernel: matmulKernel as unknown as Kernel,
    problem: { batch: 1, m: 64, k: 32, n: 64, transposeA: false, transposeB: false },
    reads: [operand(64, 32), operand(32, 64)],
    writes: [operand(64, 64)],
  };
  const { choice, rejected } = await raceVariants(device, call, { timer, seconds: 1 });
  expect(rejected).toEqual([]);
  expect(Object.keys(choice.microseconds)).toEqual(supportedVariants(call, device.capabilities).map(({ id }) => id));
  for (const time of Object.values(choice.microseconds)) expect(time).toBeGreaterThan(0);
  expect(Object.keys(choice.microseconds)).toContain(choice.variant);
});
