import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readResults } from "./resultsFile.node.ts";
import { createRunFolder, exitWeights, openRunFolder, type RunFolder } from "./runFolder.node.ts";
import { createTinyData, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import type { ValidationEvent } from "./trainEvent.ts";
import { type RunEvent, trainRun } from "./trainRun.node.ts";

const device = await openDevice();
device[Symbol.dispose] = () => undefined; // shared by all runs; each would dispose of it
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

test("each exit is validated, its best weights are kept, and a run that was killed knows them", async () => {
  const whole = await run();
  const validations = whole.events.filter((event): event is ValidationEvent => event.kind === "validation");
  expect(validations.map(({ exits }) => exits?.length)).toEqual([2, 2]);
  for (const { exits, evaluation } of validations) expect(exits!.at(-1)!.pck).toBe(evaluation.pck);
  const [first, second] = validations;
  expect(first!.exits!.every(({ best }) => best)).toBe(true);
  for (const [i, { pck, best }] of second!.exits!.entries()) expect(best).toBe(pck > first!.exits![i]!.pck);
  const names = ["best-exit-1.safetensors", "best-exit-2.safetensors", "best.safetensors", "last.safetensors"];
  expect((await readdir(path.dirname(whole.folder.lastWeights))).sort()).toEqual(names);
  const rows = await readResults(whole.folder.results);
  expect(rows.map((row) => [row["validation/pck.1"], row["validation/pck.2"]])).toEqual(
    validations.map(({ exits }) => exits!.map(({ pck }) => pck)),
  );

  const killed = await run({ leaveAfter: (event) => event.kind === "step" && event.step === 2 });
  const { folder } = await run({ resume: killed.folder });
  for (const file of [exitWeights(folder, 1), exitWeights(folder, 2), folder.state]) {
    const same = path.join(whole.folder.path, path.relative(folder.path, file));
    expect((await readFile(file)).equals(await readFile(same)), file).toBe(true);
  }
});

interface RunOptions {
  readonly resume?: RunFolder;
  /** Ends the run after an event without another word, as a killed process does. */
  readonly leaveAfter?: (event: RunEvent) => boolean;
}

/** Two epochs of one step. */
async function run({ resume, leaveAfter }: RunOptions = {}): Promise<{
  readonly folder: RunFolder;
  readonly events: readonly RunEvent[];
}> {
  const recipe = tinyRecipe(data, { student: "{ model: multi-hrnet-w4, stages: 2 }", "data.limit": "4" });
  const folder = resume ? await openRunFolder(resume.path) : await createRunFolder(path.join(data.folder, "runs"), "exits");
  const options = { recipe, folder, resume: resume !== undefined, openDevice: async () => device, argv: ["train"], versions: {} };
  const events: RunEvent[] = [];
  for await (const event of trainRun(options)) {
    events.push(event);
    if (leaveAfter?.(event)) break;
  }
  return { folder, events };
}
