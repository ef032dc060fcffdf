// What `run-all.sh` starts on the GPU server, with the packed Node: runs the steps and brings their results to the output folder.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { graphicsDriver } from "./graphicsDriver.ts";
import { runStep, type StepResult, type StepSurroundings } from "./runStep.ts";
import { gpuServerSteps, groups, type Step } from "./steps.ts";
import { bringResults } from "./summary.ts";

const usage = `run-all.sh [STEP or GROUP…] [--out=DIR] [--minutes=N] [--quick]
run-all.sh kindling WORDS…   the packed command line, as kindling WORDS…
  without names: all steps, ${groups.join(", ")} in this order
  --out=DIR      gets summary.md, summary.json and results.tar.gz (default: $OUT, else kindling-gpu-results)
  --minutes=N    begins nothing after N minutes and stops what runs then (default 25)
  --quick        a little of everything, on any adapter: to try out the pack`;

/** With less time a step is not worth beginning. */
const leastSeconds = 5;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<0 | 1 | 2 | 130> {
  const root = process.env.KINDLING_PACK;
  if (root === undefined) return refuse("KINDLING_PACK is not set; start run-all.sh instead");
  if (words[0] === "kindling") return kindling(root, words.slice(1));
  const asked = readWords(words);
  if (typeof asked === "string") return refuse(`${asked}\n${usage}`);
  const scratch = path.join(root, "scratch", String(process.pid));
  const results = path.join(scratch, "results");
  const known = gpuServerSteps({ results, scratch, quick: asked.quick });
  const unknown = asked.names.find((name) => !known.some((step) => step.name === name || step.group === name));
  if (unknown !== undefined)
    return refuse(`there is no step "${unknown}"; there are ${[...groups, ...known.map(({ name }) => name)].join(", ")}`);
  const steps = known.filter(({ name, group }) => asked.names.length === 0 || asked.names.includes(name) || asked.names.includes(group));

  mkdirSync(results, { recursive: true });
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  const driver = graphicsDriver({ environment: process.env, scratch });
  const surroundings: StepSurroundings = {
    results,
    folder: root,
    environment: { ...environment(root, asked.quick), ...driver },
    programs: {
      kindling: [process.execPath, path.join(root, "apps/cli/dist/main.js")],
      pytorch: ["python3", path.join(root, "bench/pytorch/steps.py")],
      "nvidia-smi": ["nvidia-smi"],
    },
    signal: stopping.signal,
  };
  const begun = new Date().toISOString();
  const packed: unknown = JSON.parse(readFileSync(path.join(root, "packed.json"), "utf8"));
  const finished = await runAll(steps, 60 * asked.minutes, asked.quick ? 4 : 1, surroundings, (so) => {
    bringResults({ out: asked.out, results, packed, driver, begun, words, steps: so });
  });
  process.stdout.write(
    `${readFileSync(path.join(asked.out, "summary.md"), "utf8")}\n${asked.out}: summary.md, summary.json, results.tar.gz\n`,
  );
  if (stopping.signal.aborted) return 130;
  return finished.every(({ result }) => result === "passed" || result === "left out") ? 0 : 1;
}

/** The command line itself, in the caller's folder and on whatever adapter it finds. */
function kindling(root: string, words: readonly string[]): 0 | 1 | 2 {
  const driver = graphicsDriver({ environment: process.env, scratch: path.join(root, "scratch") });
  const env = { ...environment(root, true), ...driver };
  const { status } = spawnSync(process.execPath, [path.join(root, "apps/cli/dist/main.js"), ...words], { stdio: "inherit", env });
  return status === 0 || status === 2 ? status : 1;
}

interface Asked {
  readonly names: readonly string[];
  readonly out: string;
  readonly minutes: number;
  readonly quick: boolean;
}

/** What the command line asks for, or what is wrong with it. */
function readWords(words: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: "string" }, minutes: { type: "string" }, quick: { type: "boolean" } },
    });
    const minutes = Number(values.minutes ?? 25);
    if (!(minutes > 0)) return `--minutes must be a number above 0; got ${values.minutes}`;
    const out = path.resolve(values.out ?? (process.env.KINDLING_OUT || "kindling-gpu-results"));
    return { names: positionals, out, minutes, quick: values.quick ?? false };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function refuse(why: string): 2 {
  process.stderr.write(`${why}\n`);
  return 2;
}

/** Caches of shaders and drivers go where the pack lies, which is there and can be written. A full run on a processor would take days. */
function environment(root: string, quick: boolean): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME: process.env.HOME || root,
    XDG_CACHE_HOME: path.join(root, "cache"),
    VK_LOADER_DEBUG: process.env.VK_LOADER_DEBUG || "error,warn", // into the step's log: why a driver is not found
    ...(quick ? {} : { KINDLING_ADAPTER: process.env.KINDLING_ADAPTER || "gpu" }),
  };
}

/** One step after the other, whatever becomes of them, `seconds` in all; each may take `slowdown` times what it may on a GPU. `onStep` hears of all so far. */
async function runAll(
  steps: readonly Step[],
  seconds: number,
  slowdown: number,
  surroundings: StepSurroundings,
  onStep: (so: readonly StepResult[]) => void,
): Promise<readonly StepResult[]> {
  const end = performance.now() + 1000 * seconds;
  const results: StepResult[] = [];
  for (const step of steps) {
    const left = (end - performance.now()) / 1000;
    const ended = surroundings.signal.aborted;
    if (ended || left < leastSeconds) {
      results.push({ name: step.name, result: "not begun", seconds: 0, why: ended ? "the run was ended" : "no time was left" });
    } else {
      process.stdout.write(`${step.name} …\n`);
      const result = await runStep(step, Math.min(slowdown * step.seconds, left), surroundings);
      results.push(result);
      process.stdout.write(`${step.name}: ${result.result}, ${result.seconds.toFixed(1)} s${result.why ? ` (${result.why})` : ""}\n`);
    }
    onStep(results);
  }
  return results;
}
