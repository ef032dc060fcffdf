import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type SynthesizedDataset, synthesizeDataset } from "@kindling/data";
import { loadCheckpoint, readResults } from "@kindling/trainer";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runComparison } from "../compare/runComparison.ts";
import { Progress } from "../progress.ts";
import { kindling } from "../testing/kindling.ts";

let folder: string;
let people: SynthesizedDataset;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-compare-"));
  people = await synthesizeDataset({ directory: path.join(folder, "people"), count: 8, seed: 3, height: 64, width: 80 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeRecipe(name: string, changes: { readonly student?: string; readonly rate?: number; readonly batchSize?: number } = {}) {
  const set = JSON.stringify({ data: people.annotations, images: people.images });
  const file = path.join(folder, `${name}.yaml`);
  await writeFile(
    file,
    `name: ${name}
seed: 9
student: { model: squeezenet-hpe, width: 0.25${changes.student ?? ""} }
data: { train: ${set}, validation: ${set}, input: [48, 36], batchSize: ${changes.batchSize ?? 4}, limit: 8, workers: 0 }
losses: [{ name: gt, kind: adaptiveWing }]
optimizer: { kind: adamw, learningRate: ${changes.rate ?? 2e-3}, weightDecay: 1e-4 }
schedule: { kind: constant, epochs: 1 }
pckThreshold: 0.3
`,
  );
  return file;
}

test("two arms and two seeds: figures, verdict, report and picture; the same call trains nothing again, and goes on with what is missing", async () => {
  const [plain, slow] = [await writeRecipe("plain"), await writeRecipe("slow", { rate: 1e-6 })];
  const out = path.join(folder, "two");
  const call = () => kindling("--json", "compare", plain, slow, "seeds=1,2", `out=${out}`);
  const first = await call();
  expect(first.err).not.toContain("kindling:");
  expect(first.status).toBe(0);
  const found = JSON.parse(first.out) as {
    arms: { name: string; mean: number; low: number; high: number; pcks: number[] }[];
    verdict: string;
    differences: { name: string; verdict: string; overImages: { value: number }; perJoint: Record<string, unknown> }[];
    files: { report: string; picture: string; compare: string };
  };
  expect(found.arms.map(({ name }) => name)).toEqual(["plain", "slow"]);
  for (const { mean, low, high, pcks } of found.arms) {
    expect(pcks).toHaveLength(2);
    expect(mean).toBeCloseTo((pcks[0]! + pcks[1]!) / 2, 12);
    expect((low + high) / 2).toBeCloseTo(mean, 12); // Student's interval lies about the mean
  }
  const [difference] = found.differences;
  expect(difference!.overImages.value).toBeCloseTo(found.arms[1]!.mean - found.arms[0]!.mean, 12);
  expect(Object.keys(difference!.perJoint)).toHaveLength(17);
  expect(found.verdict).toMatch(/^slow (helps|hurts|cannot be told apart).*over 2 seeds\)\.$/);
  const report = await readFile(found.files.report, "utf8");
  expect(report).toContain(found.verdict);
  expect(report).toContain("| left_wrist |");
  expect(await sharp(found.files.picture).metadata()).toMatchObject({ format: "png" });
  expect((await readdir(path.join(out, "runs"))).sort()).toEqual(["plain-seed-1", "plain-seed-2", "slow-seed-1", "slow-seed-2"]);

  const state = path.join(out, "runs", "plain-seed-1", "state", "last.safetensors");
  const before = (await stat(state)).mtimeMs;
  await rm(path.join(out, "runs", "slow-seed-2"), { recursive: true });
  const again = await call();
  expect(JSON.parse(again.out)).toEqual(found);
  expect((await stat(state)).mtimeMs).toBe(before);
});

test("stopped in the middle of a run and called again, it says what it says without the stop", async () => {
  const [plain, slow] = [await writeRecipe("plain"), await writeRecipe("slow", { rate: 1e-6 })];
  const compareInto = (out: string, signal: AbortSignal, write: (text: string) => void) =>
    runComparison({
      operands: [plain, slow],
      seeds: [1],
      changes: { epochs: "2" },
      anyBudget: false,
      out: path.join(folder, out),
      words: ["compare"],
      progress: new Progress({ write }),
      signal,
    });
  const never = new AbortController().signal;
  const whole = await compareInto("whole", never, () => undefined);
  const stop = new AbortController();
  // The first line of a run is of its first step of four.
  expect(await compareInto("stopped", stop.signal, (text) => text.startsWith("slow-seed-1  1/4") && stop.abort())).toBeNull();
  expect((await loadCheckpoint(path.join(folder, "stopped/runs/slow-seed-1/state/last.safetensors"))).state.step).toBeLessThan(4);
  const resumed = await compareInto("stopped", never, () => undefined);
  expect(resumed!.comparison).toEqual(whole!.comparison);
});

test("an arm of two stages starts its second from the first's best weights, and its epochs add up", async () => {
  const [whole, one, two] = [
    await writeRecipe("whole"),
    await writeRecipe("one"),
    await writeRecipe("two", { student: ", weights: previous" }),
  ];
  const out = path.join(folder, "stages");
  const unequal = await kindling("compare", whole, `${one}+${two}`, "seeds=1", `out=${out}`);
  expect(unequal.status).toBe(2);
  expect(unequal.err).toMatch(/whole and one\+two differ in their epochs in all: 1 and 2; .*budget=any/);

  const { status, out: json, err } = await kindling("--json", "compare", whole, `${one}+${two}`, "seeds=1", "budget=any", `out=${out}`);
  expect(err).not.toContain("kindling:");
  expect(status).toBe(0);
  expect(JSON.parse(json)).toMatchObject({ arms: [{ name: "whole" }, { name: "one+two" }], verdict: expect.stringMatching(/one seed/) });
  const first = path.join(out, "runs", "one+two-seed-1-stage-1", "weights", "best.safetensors");
  expect(await readFile(path.join(out, "runs", "one+two-seed-1-stage-2", "recipe.yaml"), "utf8")).toContain(`weights: ${first}`);

  const alone = await kindling("compare", whole, two, "seeds=1", `out=${out}`);
  expect(alone.err).toMatch(/two\.yaml: its weights are those of the previous run/);
  expect((await kindling("train", two, `runs=${out}/alone`)).err).toMatch(/only kindling compare FIRST\.yaml\+SECOND\.yaml knows/);
});

test("networks that find all persons are measured as their validations measure them", async () => {
  const files = await Promise.all(
    ["scenes", "other-scenes"].map(async (name, i) => {
      const file = path.join(folder, `${name}.yaml`);
      const text = await readFile(await writeRecipe(name, { rate: 10 ** (-2 - i) }), "utf8");
      const scenes = text
        .replace(/student: .*/, "student: { model: openpose-tiny, joints: 18 }")
        .replace("[48, 36]", "[48, 48], codec: { kind: pafs }");
      await writeFile(file, scenes.replace("adaptiveWing", "maskedL2"));
      return file;
    }),
  );
  const out = path.join(folder, "scenes");
  const { status, out: json, err } = await kindling("--json", "compare", ...files, "seeds=1", `out=${out}`);
  expect(status, err).toBe(0);
  const { arms, teachers } = JSON.parse(json) as { arms: { name: string; pcks: number[] }[]; teachers: unknown[] };
  expect(teachers).toEqual([]);
  for (const { name, pcks } of arms) {
    const results = await readResults(path.join(out, "runs", `${name}-seed-1`, "results.csv"));
    expect(pcks).toEqual([results.at(-1)!["validation/pck"]]);
  }
});

test.each([
  [["plain"], "needs two recipes at least"],
  [["plain", "plain"], "two arms are named plain"],
  [["plain", "large"], "differ in their batch sizes: [4] and [8]"],
  [["plain", "slow", "seeds=1,1"], "seeds: expected different ones"],
  [["plain", "slow", "teacher.gate=off"], "teacher.gate: none of these recipes has the key teacher"],
  [["plain", "slow", "teachers.big.gate=off"], "teachers.big.gate: none of these recipes has the key teachers.big"],
  [["plain", "slow", "seeds=1.5"], "seeds: expected whole numbers"],
])("compare %j is one sentence and ends with 2", async (words, sentence) => {
  await writeRecipe("plain");
  await writeRecipe("slow", { rate: 1e-6 });
  await writeRecipe("large", { batchSize: 8 });
  const files = words.map((word) => (word.includes("=") ? word : path.join(folder, `${word}.yaml`)));
  const { status, err } = await kindling("compare", ...files, `out=${folder}/none`);
  expect(err).toContain(sentence);
  expect(status).toBe(2);
});
