import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type HardestMapsProblem, hardestMapsKernel } from "./hardestMaps.ts";
import { hardestMapsReference } from "./reference.ts";

const device = await openDevice();

async function run(name: string, problem: HardestMapsProblem, loss: Float32Array, weight: Float32Array): Promise<void> {
  const { hardest, hardestWeight } = hardestMapsReference(problem, Float64Array.from(loss), Float64Array.from(weight));
  const writes = [hardest, hardestWeight].map((expected) => ({ before: new Float32Array(loss.length).fill(7), expected }));
  const checks = await checkKernel(device, hardestMapsKernel, [{ name, problem, reads: [loss, weight], writes }]);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
}

test.each([
  [1, 1, 1],
  [3, 5, 2],
  [2, 17, 8],
  [5, 17, 17],
  [1, 133, 40],
])("of %i samples with %i maps the %i largest losses count", async (batch, maps, topk) => {
  const size = batch * maps;
  await run(
    `${maps}`,
    { batch, maps, topk, scale: 1 / (topk * batch) },
    randomValues(size, size, 0, 3),
    randomValues(size + 1, size, 0, 2),
  );
});

test("of equal losses the first count", async () => {
  const [loss, weight] = [Float32Array.of(0, 2, 2, 0, 2, 1, 1, 1, 1, 1), Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)];
  await run("ties", { batch: 2, maps: 5, topk: 2, scale: 1 }, loss, weight);
});

test("NaN is larger than infinity, which is larger than any number", async () => {
  const loss = Float32Array.of(1, Number.POSITIVE_INFINITY, Number.NaN, 5, 3e38, 2, Number.POSITIVE_INFINITY, 0);
  await run("not finite", { batch: 2, maps: 4, topk: 2, scale: 0.5 }, loss, new Float32Array(8).fill(2));
});
