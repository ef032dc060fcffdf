import { openDevice } from "@kindling/gpu";
import { variablesOf } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetworks } from "./networks.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const student = "{ model: hrnet-w4 }";
const isFrozen = (name: string): boolean => /^student\.(?:conv1|bn1|layer1)\.|^student\.stage2\.0\.branches\.1\./.test(name);

test("frozen parts keep every bit, running statistics too, and are not saved; all else is trained from the same first values", async () => {
  const recipe = tinyRecipe(data, { student, freeze: "[student.conv1, student.bn1, student.layer1, student.stage2.*.branches.1]" });
  await using tiny = await createTinyTrainer(device, recipe);
  const { store, student: network } = tiny.networks;
  const variables = [...variablesOf(network).values()];
  const before = await store.read(variables);
  using whole = createNetworks(device, tinyRecipe(data, { student }), {});
  const unfrozen = [...variablesOf(whole.student).values()];
  const untouched = await whole.store.read(unfrozen);
  for (const [i, variable] of variables.entries()) expect(before.get(variable)).toEqual(untouched.get(unfrozen[i]!));

  for await (const event of tiny.trainer.run()) if (event.kind === "step") break;
  const after = await store.read(variables);
  const frozen = variables.filter(({ name }) => isFrozen(name));
  expect(frozen.filter(({ role }) => role === "state").length).toBeGreaterThan(10);
  for (const variable of variables) {
    if (isFrozen(variable.name)) expect(after.get(variable), variable.name).toEqual(before.get(variable));
    else expect(after.get(variable), variable.name).not.toEqual(before.get(variable));
    expect(store.persistent.has(variable.name), variable.name).toBe(!isFrozen(variable.name));
  }
  // Everything has its place in what is written out.
  expect([...(await tiny.trainer.studentWeights()).keys()]).toEqual([...variablesOf(network).keys()]);
});

test("freezing everything is refused", () => {
  expect(() => createNetworks(device, tinyRecipe(data, { freeze: "[student]" }), {})).toThrow(RecipeError);
});
