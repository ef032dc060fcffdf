import { openDevice } from "@kindling/gpu";
import { emaReference } from "@kindling/kernels";
import { variablesOf } from "@kindling/models";
import { relativeError } from "@kindling/proof";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Recipe } from "../recipe.ts";
import type { Snapshot } from "../snapshot.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "../testing/tinyRun.node.ts";
import { averagingAt } from "./weightAverage.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

/** One step an epoch; a backbone with batch norm, part of it frozen. */
const changes = {
  student: "{ model: multi-hrnet-w4, stages: 2 }",
  freeze: "[student.conv1, student.bn1]",
  "data.limit": "4",
  epochs: "3",
  validateEvery: "3",
  "data.cache": "true",
};
const averaged = (): Recipe => tinyRecipe(data, { ...changes, ema: "{ momentum: 0.3, gamma: 5 }" });

test("the share of a step falls to the momentum as mmpose's ExpMomentumEMA has it, and the first step is copied", () => {
  const rtmpose = { momentum: 0.0002, gamma: 2000 };
  expect(averagingAt(rtmpose, 1)).toBe(1);
  // (1 − momentum)·exp(−(1 + steps)/gamma) + momentum, where steps counts the updates before.
  expect(averagingAt(rtmpose, 2)).toBeCloseTo(0.9998 * Math.exp(-2 / 2000) + 0.0002, 15);
  expect(averagingAt(rtmpose, 100_000)).toBeCloseTo(0.0002, 12);
  expect([1, 2, 9].map((t) => averagingAt({ momentum: 0.1 }, t))).toEqual([1, 0.1, 0.1]);
});

test("weights and running statistics are averaged, validated and given; training itself is as without; resumed, it goes on to the same bytes", async () => {
  const whole = await train(averaged());
  const plain = await train(tinyRecipe(data, changes));
  const names = [...plain.snapshots[0]!.tensors.keys()].filter((name) => name.startsWith("student."));
  expect(names).toContain("student.stage2.0.branches.0.0.bn1.running_var");
  expect(names).not.toContain("student.conv1.weight");
  for (const name of names) {
    let exact: Float64Array = new Float64Array();
    for (const [i, { tensors }] of whole.snapshots.entries()) {
      const weights = tensors.get(name)!.data;
      expect(bytesOf(weights).equals(bytesOf(plain.snapshots[i]!.tensors.get(name)!.data)), name).toBe(true);
      const share = Math.fround(averagingAt({ momentum: 0.3, gamma: 5 }, i + 1));
      exact = i === 0 ? Float64Array.from(weights) : emaReference(exact, Float64Array.from(weights), share).value;
      expect(relativeError(tensors.get(`average.${name}`)!.data, exact), name).toBeLessThan(1e-6);
    }
  }
  const { evaluation, average, given } = whole;
  expect(evaluation).not.toEqual(plain.evaluation);
  expect(given).toEqual(average);
  expect(given).not.toEqual(plain.given);

  const resumed = await train(averaged(), whole.snapshots[1]);
  const [end, ofResumed] = [whole.snapshots.at(-1)!, resumed.snapshots.at(-1)!];
  expect(ofResumed.state).toEqual(end.state);
  expect(ofResumed.tensors.size).toBe(end.tensors.size);
  for (const [name, { data: values }] of end.tensors) {
    expect(bytesOf(values).equals(bytesOf(ofResumed.tensors.get(name)!.data)), name).toBe(true);
  }
  expect(resumed.given).toEqual(whole.given);
  expect(resumed.evaluation).toEqual(whole.evaluation);
});

interface Outcome {
  /** After each step. */
  readonly snapshots: readonly Snapshot[];
  readonly evaluation: unknown;
  /** By the student's names: what the store averages, and what the trainer gives to be saved. */
  readonly average: ReadonlyMap<string, Float32Array>;
  readonly given: ReadonlyMap<string, Float32Array>;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function train(recipe: Recipe, resume?: Snapshot): Promise<Outcome> {
  await using tiny = await createTinyTrainer(device, recipe, {}, resume);
  const { trainer, networks } = tiny;
  const snapshots: Snapshot[] = [];
  let evaluation: unknown;
  for await (const event of trainer.run()) {
    if (event.kind === "validation") evaluation = event.evaluation;
    if (event.kind === "epoch") snapshots.push(await trainer.snapshot());
  }
  const [evaluated, student] = [variablesOf(networks.evaluated), variablesOf(networks.student)];
  const { persistent } = networks.store;
  const places = new Map([...student].map(([name, variable]) => [name, persistent.get(`average.${variable.name}`) ?? variable]));
  const values = await networks.store.read([...places.values(), ...evaluated.values()]);
  const weights = await trainer.studentWeights();
  const vectors = [...student].filter(([, { layout }]) => layout.kind === "plain").map(([name]) => name);
  return {
    snapshots,
    evaluation,
    average: new Map(vectors.map((name) => [name, values.get(places.get(name)!)!])),
    given: new Map(vectors.map((name) => [name, weights.get(name)!.data])),
  };
}
