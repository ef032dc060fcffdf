import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { openRunFolder, readRunDescription } from "@kindling/trainer";
import { expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

test("precision=f16 trains in f16, or in f32 and says so once where the adapter has no shader-f16", async () => {
  using device = await openDevice();
  const { f16 } = device.capabilities;
  await using tiny = await tinyRun();
  const runs = path.join(tiny.folder, "f16");
  const trained = await kindling("train", tiny.run.recipe, "precision=f16", "epochs=2", `runs=${runs}`);
  expect(trained.status, trained.err).toBe(0);
  const said = trained.err.match(/this adapter has no shader-f16: the recipe's f16 is computed in f32/g) ?? [];
  expect(said).toHaveLength(f16 ? 0 : 1);
  const { sessions } = await readRunDescription(await openRunFolder(path.join(runs, "tiny")));
  expect(sessions.map(({ precision }) => precision)).toEqual([f16 ? "f16" : "f32"]);
});

test("accumulate=2 says before the first step how batches are cut, and trains; a number of parts that does not divide is one sentence", async () => {
  await using tiny = await tinyRun();
  const runs = path.join(tiny.folder, "parts");
  const trained = await kindling("train", tiny.run.recipe, "accumulate=2", "epochs=1", `runs=${runs}`);
  expect(trained.status, trained.err).toBe(0);
  expect(trained.err).toMatch(/^gradients, 2 times a step: \d+ dispatches/m);
  expect(trained.err).toMatch(/^update: \d+ dispatches/m);
  expect(trained.err).toContain("batches of 4 in 2 parts of 2");
  const refused = await kindling("train", tiny.run.recipe, "accumulate=3", `runs=${runs}`);
  expect(refused.status).toBe(2);
  expect(refused.err).toContain("(accumulate=3): accumulate: a batchSize of 4 has no 3 equal parts; expected a divisor of it, such as 2");
});
