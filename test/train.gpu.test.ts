import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { synthesizeDataset } from "@kindling/data";
import { writeSafetensors } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";

// `kindling train` as its users run it: a process of its own, real signals, real files.

const bin = path.resolve(import.meta.dirname, "../apps/cli/bin/kindling.mjs");
let folder: string;
let recipe: string;
let whole: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-train-"));
  await synthesizeDataset({ directory: path.join(folder, "people"), count: 10, seed: 5, width: 128, height: 128 });
  recipe = await writeRecipe("tiny");
  const { status, stderr, events } = await kindling(["train", recipe, "name=whole"]);
  expect(status, stderr).toBe(0);
  expect(events.at(-1)).toMatchObject({ kind: "done", run: path.join(folder, "runs/whole") });
  whole = path.join(folder, "runs/whole");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("Ctrl-C stops at the next step with status 0 and says how to go on; resumed, the weights are those of a run never stopped", async () => {
  const stopped = await kindling(["train", recipe, "name=stopped"], (event, child) => {
    if (event.kind === "step" && event.step === 1) child.kill("SIGINT");
  });
  expect(stopped.status, stopped.stderr).toBe(0);
  const run = path.join(folder, "runs/stopped");
  expect(stopped.stderr).toContain("stopping at the next step");
  expect(stopped.stderr).toContain(`go on with: kindling train ${run} resume`);
  expect(stopped.events.at(-1)?.kind).toBe("checkpoint");
  expect(stopped.events.some(({ kind }) => kind === "interrupted")).toBe(true);
  const resumed = await kindling(["train", run, "resume"]);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.events[0]).toMatchObject({ kind: "start", fromStep: stopped.events.at(-1)?.step });
  await expectSameAs(whole, run);
});

test("killed after its first state and resumed, a run leaves the weights, steps and results of one never stopped", async () => {
  let saved = false;
  const killed = await kindling(["train", recipe, "name=killed"], (event, child) => {
    if (event.kind === "checkpoint") saved = true;
    else if (saved && event.kind === "step") child.kill("SIGKILL");
  });
  expect(killed.status).toBeNull();
  const run = path.join(folder, "runs/killed");
  const resumed = await kindling(["train", run, "resume"]);
  expect(resumed.status, resumed.stderr).toBe(0);
  await expectSameAs(whole, run);
});

test("a run with all its epochs cannot be resumed but extended, and only by epochs", async () => {
  const finished = await kindling(["train", whole, "resume"]);
  expect(finished).toMatchObject({ status: 2, stderr: `kindling: ${whole}: the run has all its 2 epochs; add some with epochs=+50\n` });
  const changed = await kindling(["train", whole, "resume", "optimizer.learningRate=1"]);
  expect(changed).toMatchObject({
    status: 2,
    stderr: `kindling: ${whole}: a run resumes with its own recipe; only epochs, earlyStopping and saveEvery can be changed\n`,
  });
  const run = path.join(folder, "runs/killed");
  const { status, stdout, stderr } = await kindling(["train", run, "resume", "epochs=+1"], undefined, false);
  expect(status, stderr).toBe(0);
  expect(await stepsOf(run)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  // Without --json: a line of result, and what is going on as plain lines.
  expect(stdout).toMatch(/runs\/killed: best PCK 0\.\d+ after epoch [123]\n$/);
  const said = [/12 persons/, /the student has \d+ parameters/, /training {2}6\/9/, /epoch 3\/3 {2}gt \d/, /validation {2}PCK 0\.\d+/];
  for (const words of said) expect(stderr).toMatch(words);
});

test.each([
  ["an unknown key of the recipe", ["data.bacthSize=4"], /data\.bacthSize: there is no such key; did you mean batchSize\?/],
  ["a negative batch", ["batchSize=-4"], /data\.batchSize: expected a number at least 1; got -4/],
  ["a batch larger than the data set", ["batchSize=100"], /fewer than one batch of 100/],
  ["annotations that are not there", ["data.train.data=absent.json"], /absent\.json/],
  ["JSON without annotations", ["data.train.data=empty.json"], /empty\.json/],
  ["a folder of images that is not there", ["data.train.images=absent"], /absent/],
  ["a broken image", ["data.train.images=broken"], /broken\/\d+\.jpg: is no readable image/],
  ["weights that are not there", ["student.weights=absent.pth"], /absent\.pth/],
  ["weights of another model", ["student.weights=other.safetensors"], /other\.safetensors/],
  ["weights that are none", ["student.weights=empty.json"], /empty\.json/],
  ["a loss that names no tensor", ["losses=[FEATURE]", "teacher={ model: squeezenet-hpe, weights: TEACHER }"], /nearest are/],
])("%s is one sentence and status 2, and leaves no run behind", async (_, changes, sentence) => {
  await mkdir(path.join(folder, "broken"), { recursive: true });
  for (const image of await readdir(path.join(folder, "people/images"))) await writeFile(path.join(folder, "broken", image), "hello");
  await writeFile(path.join(folder, "empty.json"), JSON.stringify({ images: [] }));
  await writeFile(path.join(folder, "other.safetensors"), writeSafetensors(new Map([["x", { shape: [1], data: Float32Array.of(1) }]])));
  const feature = "{ name: f, kind: feature, student: student.backbone.13.out, teacher: teacher.backbone.12.out, adapter: conv1x1 }";
  const teacher = path.join(whole, "weights/last.safetensors");
  const words = changes.map((word) => word.replace("FEATURE", feature).replace("TEACHER", `${teacher}, width: 0.25`));
  const before = await readdir(path.join(folder, "runs"));
  const { status, stderr } = await kindling(["train", recipe, "name=wrong", ...words]);
  const said = stderr.split("\n").filter((line) => line.startsWith("kindling: "));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(status).toBe(2);
  expect(await readdir(path.join(folder, "runs"))).toEqual(before);
});

test.each([
  ["a recipe that is not there", ["absent.yaml"], /absent\.yaml: cannot read the recipe: there is no such file/],
  ["a run that is not there", ["runs/absent", "resume"], /runs\/absent: there is no such run folder/],
  ["a folder that is no run", ["people", "resume"], /people: this is no run folder/],
])("%s is one sentence and status 2", async (_, words, sentence) => {
  const { status, stderr } = await kindling(["train", ...words]);
  expect(stderr).toMatch(/^kindling: [^\n]+\n$/);
  expect(stderr).toMatch(sentence);
  expect(status).toBe(2);
});

/** 2 epochs of 3 steps of a SqueezeNet of a quarter of the width. */
async function writeRecipe(name: string): Promise<string> {
  const set = "{ data: people/annotations.json, images: people/images }";
  const file = path.join(folder, `${name}.yaml`);
  const lines = [
    `name: ${name}`,
    "seed: 7",
    "student: { model: squeezenet-hpe, width: 0.25 }",
    `data: { train: ${set}, validation: ${set}, input: [48, 36], batchSize: 4, limit: 12, workers: 1 }`,
    "losses: [{ name: gt, kind: adaptiveWing }]",
    "optimizer: { kind: adamw, learningRate: 2e-3, weightDecay: 1e-4 }",
    "schedule: { kind: warmupCosine, warmupEpochs: 1, epochs: 2 }",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

type JsonEvent = Readonly<Record<string, unknown>> & { readonly kind: string; readonly step?: number };

interface Ended {
  /** null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly JsonEvent[];
}

/** Runs the command in the test's folder; `onEvent` sees each JSON line as it is printed. */
async function kindling(words: readonly string[], onEvent?: (event: JsonEvent, child: ChildProcess) => void, json = true): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...words, ...(json ? ["--json"] : [])], {
    cwd: folder,
    env: { ...process.env, KINDLING_DEBUG: "" },
  });
  let [stdout, stderr] = ["", ""];
  const events: JsonEvent[] = [];
  child.stderr.on("data", (piece: Buffer) => {
    stderr += piece.toString();
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    stdout += `${line}\n`;
    if (!json) return;
    const event = JSON.parse(line) as JsonEvent; // a line that is no JSON fails the test here
    events.push(event);
    onEvent?.(event, child);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  return { status, stdout, stderr, events };
}

/** The same bytes of weights and state, each step once, and the same results but for the seconds. */
async function expectSameAs(one: string, other: string): Promise<void> {
  for (const file of ["weights/last.safetensors", "weights/best.safetensors", "state/last.safetensors"]) {
    expect((await readFile(path.join(other, file))).equals(await readFile(path.join(one, file))), file).toBe(true);
  }
  expect(await stepsOf(other)).toEqual(await stepsOf(one));
  expect(await resultsOf(other)).toEqual(await resultsOf(one));
  for (const name of ["run.json", "recipe.yaml", "results.png", "samples/epoch-0002.jpg"]) {
    expect(existsSync(path.join(other, name)), name).toBe(true);
  }
  expect((await readdir(other)).filter((name) => name.startsWith("events.out.tfevents."))).toHaveLength(1);
}

async function stepsOf(run: string): Promise<readonly number[]> {
  const lines = (await readFile(path.join(run, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
  return lines
    .map((line) => JSON.parse(line) as { kind: string; step: number })
    .flatMap(({ kind, step }) => (kind === "step" ? [step] : []));
}

/** Rows of results.csv without the seconds. */
async function resultsOf(run: string): Promise<readonly (readonly string[])[]> {
  const rows = (await readFile(path.join(run, "results.csv"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  const seconds = rows[0]!.indexOf("seconds");
  return rows.map((row) => row.filter((_, column) => column !== seconds));
}
