import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runStep, type StepResult, type StepSurroundings } from "./runStep.ts";

/** Runs commands of JavaScript as one step in a folder of its own. */
async function run(scripts: readonly string[], { seconds = 20, ...changes }: Partial<StepSurroundings> & { seconds?: number } = {}) {
  const results = mkdtempSync(path.join(tmpdir(), "kindling-step-"));
  onTestFinished(() => rmSync(results, { recursive: true, force: true }));
  const commands = scripts.map((script, i) => ({ program: "kindling" as const, words: ["-e", script], output: `${i}.txt` }));
  const node = [process.execPath] as const;
  const surroundings = {
    results,
    folder: results,
    environment: { ...process.env },
    programs: { kindling: node, pytorch: node, "nvidia-smi": node },
    signal: new AbortController().signal,
    ...changes,
  };
  const result: StepResult = await runStep({ name: "step", group: "check", seconds, commands }, seconds, surroundings);
  const read = (file: string): string => readFileSync(path.join(results, "step", file), "utf8");
  return { result, read, results };
}

test("each command's output is in its file, and what they say besides in the log", async () => {
  const { result, read } = await run(["console.log(1); console.error('a')", "console.log(2); console.error('b')"]);
  expect(result).toMatchObject({ name: "step", result: "passed" });
  expect([read("0.txt"), read("1.txt"), read("log.txt")]).toEqual(["1\n", "2\n", "a\nb\n"]);
});

test("after a command that fails there is no next one", async () => {
  const { result, results } = await run(["process.exit(3)", "console.log(2)"]);
  expect(result).toMatchObject({ result: "failed", why: expect.stringContaining("ended with 3") });
  expect(existsSync(path.join(results, "step/1.txt"))).toBe(false);
});

test("a command that takes too long is stopped", async () => {
  const { result } = await run(["setInterval(() => {}, 1000)"], { seconds: 1 });
  expect(result).toMatchObject({ result: "stopped", why: expect.stringContaining("longer than 1 s") });
});

test("the end of the run ends the step, deaf or not, and what it started too", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kindling-step-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const deaf = "process.on('SIGINT', () => {}); setInterval(() => {}, 1000)";
  const child = `${deaf}; require('fs').writeFileSync('pid', String(process.pid)); require('fs').renameSync('pid', 'ready')`;
  const ending = new AbortController();
  const running = run([`${deaf}; require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}])`], {
    seconds: 60,
    folder,
    signal: ending.signal,
  });
  const ready = path.join(folder, "ready");
  await expect.poll(() => existsSync(ready), { timeout: 50_000 }).toBe(true); // however long a busy machine takes to start both
  ending.abort();
  expect((await running).result).toMatchObject({ result: "stopped", why: "the run was ended" });
  const pid = Number(readFileSync(ready, "utf8"));
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
}, 90_000);

test("what the machine lacks is left out, not failed", async () => {
  const missing = ["/nowhere/nvidia-smi"] as const;
  const absent = await run(["1"], { programs: { kindling: missing, pytorch: missing, "nvidia-smi": missing } });
  expect(absent.result).toMatchObject({ result: "left out", why: "there is no /nowhere/nvidia-smi here" });
  expect((await run(["process.exit(77)"])).result).toMatchObject({ result: "left out" });
});

/** Whether a process runs; one that has ended and that nobody has waited for does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, "utf8"));
}
