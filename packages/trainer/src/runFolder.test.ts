import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { createRunFolder, openRunFolder, RunFolderError } from "./runFolder.node.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-runs-"));
const runs = path.join(folder, "runs");
afterAll(() => rm(folder, { recursive: true, force: true }));

test("runs of one name are numbered, also when they start at once", async () => {
  expect((await createRunFolder(runs, "kd")).name).toBe("kd");
  const together = await Promise.all([1, 2, 3, 4].map(() => createRunFolder(runs, "kd")));
  expect(together.map(({ name }) => name).sort()).toEqual(["kd-2", "kd-3", "kd-4", "kd-5"]);
});

test("a new run has the folders that people know", async () => {
  const folder = await createRunFolder(runs, "layout");
  expect((await readdir(folder.path)).sort()).toEqual(["samples", "state", "weights"]);
  expect(path.relative(folder.path, folder.bestWeights)).toBe(path.join("weights", "best.safetensors"));
});

test("an existing run opens with the same paths and without half-written files", async () => {
  const made = await createRunFolder(runs, "open");
  await writeFile(made.recipe, "name: open\n");
  await writeFile(`${made.lastWeights}.77.partial`, "");
  expect(await openRunFolder(path.join(runs, "open"))).toEqual(made);
  expect(await readdir(path.dirname(made.lastWeights))).toEqual([]);
});

test("a folder that is absent or no run is refused by name", async () => {
  await expect(openRunFolder(path.join(runs, "absent"))).rejects.toThrow(/absent: there is no such run folder/);
  await createRunFolder(runs, "empty");
  await expect(openRunFolder(path.join(runs, "empty"))).rejects.toThrow(RunFolderError);
});
