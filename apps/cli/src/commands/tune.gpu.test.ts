import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { parseChoices } from "@kindling/kernels";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { Progress } from "../progress.ts";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";
import { callsOfNetwork, callsToRace } from "../tune/callsOf.ts";
import { updateChoicesFile, userChoicesFile } from "../tune/choicesFile.ts";
import { raceCalls } from "../tune/raceCalls.ts";

const folder = mkdtempSync(path.join(tmpdir(), "kindling-tune-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const device = await openDevice();
afterAll(() => device[Symbol.dispose]());

beforeEach((context) => {
  vi.stubEnv("KINDLING_CACHE", path.join(folder, context.task.id)); // a cache of its own for each test
  vi.stubEnv("KINDLING_CHOICES", "");
});
afterEach(() => vi.unstubAllEnvs());

const network = ["squeezenet-hpe", "input=32x24", "width=0.25"] as const;
const tuneNetwork = (...words: readonly string[]) => kindling("tune", `model=${network[0]}`, ...network.slice(1), "budget=0", ...words);

interface TuneJson {
  readonly choices: readonly {
    readonly kernel: string;
    readonly variant: string;
    readonly ruleOfThumb: string;
    readonly ratio: number | null;
    readonly microseconds: Readonly<Record<string, number>>;
    readonly rejected: readonly unknown[];
  }[];
  readonly adapter: string;
  readonly file: string;
}

test("what was raced is in the user's file, and the commands after it take it, unless KINDLING_CHOICES=none", async () => {
  expect(await profiled()).toMatchObject({ tuned: 0 });
  const { status, out, err } = await tuneNetwork("conv2dBias", "--json");
  expect(status, err).toBe(0);
  const { choices, adapter, file } = JSON.parse(out) as TuneJson;
  expect(adapter).toBe(device.fingerprint);
  expect(file).toBe(userChoicesFile(adapter));
  expect(choices.length).toBeGreaterThan(5);
  for (const { kernel, variant, ruleOfThumb, ratio, microseconds, rejected } of choices) {
    expect(kernel).toBe("conv2dBias");
    expect(Object.keys(microseconds).length).toBeGreaterThan(1);
    expect(ratio).toBeCloseTo(microseconds[ruleOfThumb]! / microseconds[variant]!, 9);
    expect(rejected).toEqual([]);
  }
  expect(parseChoices(readFileSync(file, "utf8"), adapter, file).choices).toHaveLength(choices.length);
  const { tuned, kernels } = await profiled();
  expect(tuned).toBe(kernels.filter(({ kernel }) => kernel === "conv2dBias").reduce((sum, { calls }) => sum + calls, 0));
  const doctor = await kindling("doctor");
  expect(doctor.out).toContain(`${choices.length} measured on this machine (${file})`);
  vi.stubEnv("KINDLING_CHOICES", "none");
  expect(await profiled()).toMatchObject({ tuned: 0 });
});

test("of a recipe its training step is raced, the optimiser's kernels too, and the table says what the rule of thumb is", async () => {
  await using tiny = await tinyRun();
  const { status, out, err } = await kindling("tune", "adamw", "conv2dWeightGrad", tiny.run.recipe, "batch=2", "budget=0");
  expect(status, err).toBe(0);
  expect(out).toMatch(/^kernel +chosen +rule of thumb +ratio/);
  for (const kernel of ["adamw", "conv2dWeightGrad"]) expect(out).toMatch(new RegExp(`^${kernel} +\\w+ `, "m"));
  expect(out).not.toContain("conv2dInputGrad");
  expect(err).not.toContain("WRONG");
});

test("a damaged file is said once and not used by commands that compute; tune refuses it before the work", async () => {
  const file = userChoicesFile(device.fingerprint);
  await updateChoicesFile(file, device.fingerprint, () => []);
  writeFileSync(file, "{ damaged");
  const { status, err } = await kindling("profile", ...network, "--run");
  expect(status, err).toBe(0);
  expect(err.match(/is no file of tuned choices: .*; it is not used: delete it/g)).toHaveLength(1);
  expect((await kindling("profile", ...network, "--run")).err).not.toContain("tuned choices");
  const refused = await tuneNetwork();
  expect(refused).toMatchObject({ status: 2, out: "" });
  expect(refused.err).toBe(`kindling: ${err.split("; it is not used")[0]}\n`);
});

test("what is shipped is only what differs from the rule of thumb; what no longer does goes", async () => {
  const file = path.join(folder, "shipped.json");
  const calls = callsToRace(
    await callsOfNetwork(device, { model: "squeezenet-hpe", joints: 17, width: 0.25, input: [32, 24], batch: 1 }),
    ["maxPool2d", "tapSum"],
    device,
  );
  const race = (onlyOthers: boolean) =>
    raceCalls(device, calls, {
      file,
      onlyOthers,
      seconds: 0,
      progress: new Progress({ write: () => undefined }),
      signal: new AbortController().signal,
    });
  const read = () => parseChoices(readFileSync(file, "utf8"), device.fingerprint, file).choices;
  expect(await race(false)).toHaveLength(calls.length);
  expect(read()).toHaveLength(calls.length);
  const others = (await race(true)).filter(({ choice, ruleOfThumb }) => choice.variant !== ruleOfThumb);
  expect(read()).toHaveLength(others.length);
});

test.each([
  [["tune", "conv2dBais"], `there is no kernel "conv2dBais"; did you mean "conv2dBias"?`],
  [["tune", "none.yaml"], "none.yaml"],
  [["tune", "model=hrnet-w8", "a.yaml"], "model is a network's forward pass: give it, or recipes"],
  [["tune", "model=hrnet-w8", "seed=2"], "seed is a recipe's"],
  [["tune", "unpackImage", `model=${network[0]}`, "input=32x24"], "nothing to race: on this adapter no two variants of unpackImage"],
])("%j is one sentence and ends with 2", async (words, sentence) => {
  const { status, out, err } = await kindling(...words, "--json");
  expect(err).toContain(sentence);
  expect({ status, out }).toEqual({ status: 2, out: "" });
});

test("another value of KINDLING_CHOICES is one sentence and ends with 2", async () => {
  vi.stubEnv("KINDLING_CHOICES", "some");
  const { status, err } = await kindling("profile", ...network, "--run");
  expect({ status, err }).toEqual({
    status: 2,
    err: expect.stringMatching(/^kindling: KINDLING_CHOICES is "some"; it can be none [^\n]*\n$/),
  });
});

async function profiled() {
  const { status, out, err } = await kindling("profile", ...network, "--run", "--json");
  expect(status, err).toBe(0);
  return JSON.parse(out) as { readonly tuned: number; readonly kernels: readonly { readonly kernel: string; readonly calls: number }[] };
}
