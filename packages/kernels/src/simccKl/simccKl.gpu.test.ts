import { decodeFloat16, encodeFloat16, openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues, runKernel } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel, Variant } from "../kernel.ts";
import { simccKlGradReference, simccKlReference } from "./reference.ts";
import { simccKlKernel } from "./simccKl.ts";
import { simccKlGradKernel } from "./simccKlGrad.ts";

const device = await openDevice();
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));
const single = (values: Float64Array) => Float32Array.from(values);
/** Values that f16 has, too: then the statistics that the gradient reads are those of its operands in either storage. */
const values = (...random: Parameters<typeof randomValues>) => decodeFloat16(encodeFloat16(randomValues(...random)));

/** Targets that become a softmax, with the prediction's beta and with another, and labels taken as they are, some of them 0. */
const settings = [
  { beta: 10, labelSoftmax: true, labelBeta: 10 },
  { beta: 10, labelSoftmax: true, labelBeta: 3 },
  { beta: 1, labelSoftmax: true, labelBeta: 60 },
  { beta: 1, labelSoftmax: false, labelBeta: 1 },
];
const calls = [
  [1, 1],
  [3, 7],
  [34, 64],
  [17, 193],
  [5, 512],
].flatMap(([rows = 0, bins = 0], i) =>
  settings.map((setting, j) => {
    const seed = 20 * i + 4 * j;
    const labels = values(seed + 2, rows * bins, -0.3, 1);
    return {
      name: `[${rows},${bins}] ${JSON.stringify(setting)}`,
      problem: { rows, bins, ...setting, scale: 0.25 },
      prediction: values(seed + 1, rows * bins),
      target: setting.labelSoftmax ? labels : labels.map((value) => Math.max(value, 0)),
      weight: randomValues(seed + 3, rows, 0, 2),
    };
  }),
);

test("the divergence of each row equals Σ p (ln p − ln q), by one thread and by a workgroup", async () => {
  const cases = calls.map(({ name, problem, prediction, target, weight }) => ({
    name,
    problem,
    reads: [prediction, target, weight],
    writes: (["divergence", "predictionLse", "statistic"] as const).map((output) => ({
      before: new Float32Array(problem.rows),
      expected: ([x, t, w]: readonly Float64Array[]) => simccKlReference(problem, x!, t!, w!)[output],
    })),
  }));
  const checks = await checkKernel(device, simccKlKernel, cases);
  const dtypes = device.capabilities.f16 ? 2 : 1;
  expect(checks.filter(({ variant }) => variant === "workgroup")).toHaveLength(3 * settings.length * dtypes);
  expect(failed(checks)).toEqual([]);
});

test("a prediction close to its target keeps its digits", async () => {
  const [rows, bins] = [3, 96];
  const target = values(200, rows * bins);
  const noise = randomValues(201, rows * bins, -3e-3, 3e-3);
  const prediction = decodeFloat16(encodeFloat16(target.map((value, i) => value + noise[i]!)));
  const problem = { rows, bins, beta: 10, labelSoftmax: true, labelBeta: 10, scale: 1 };
  const weight = new Float32Array(rows).fill(1);
  const exact = simccKlReference(problem, Float64Array.from(prediction), Float64Array.from(target), Float64Array.from(weight));
  const { value } = exact.divergence;
  expect(Math.max(...value)).toBeLessThan(1e-3);
  const expected = { ...exact, divergence: { value, magnitude: value.map((one) => 40 * one), terms: 1 } };
  const checks = await checkKernel(device, simccKlKernel, [
    {
      name: "close",
      problem,
      reads: [prediction, target, weight],
      writes: (["divergence", "predictionLse", "statistic"] as const).map((output) => ({
        before: new Float32Array(rows),
        expected: () => expected[output],
      })),
    },
  ]);
  expect(failed(checks)).toEqual([]);
});

test("NaN and infinity of either operand come out where the definition has them", async () => {
  const planted = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const cases = settings.flatMap((setting, i) =>
    [3, 64].flatMap((bins) => {
      const [prediction, target] = [1, 2].map((seed) => values(10 * i + seed, 9 * bins, 0.1, 1));
      for (const [row, value] of planted.entries()) {
        prediction![row * bins] = value;
        target![(3 + row) * bins + 1] = value;
        prediction!.fill(value, (6 + row) * bins, (7 + row) * bins);
      }
      const problem = { rows: 9, bins, ...setting, scale: 1 };
      return { name: `${bins} bins ${JSON.stringify(setting)}`, problem, prediction: prediction!, target: target! };
    }),
  );
  const kind = (value: number) => (Number.isFinite(value) ? "finite" : value);
  for (const { name, problem, prediction, target } of cases) {
    const weight = new Float32Array(problem.rows).fill(1);
    const operands = [prediction, target, weight].map((data) => Float64Array.from(data)) as [Float64Array, Float64Array, Float64Array];
    const exact = simccKlReference(problem, ...operands);
    const dx = simccKlGradReference(problem, ...operands, 1).value;
    for (const variant of simccKlKernel.variants) {
      if (!variant.supports(problem, device.capabilities, ["f32"])) continue;
      const before = [1, 2, 3].map(() => new Float32Array(problem.rows));
      const [divergence, lse, statistic] = await runKernel(
        device,
        simccKlKernel as Kernel,
        variant as Variant,
        problem,
        [prediction, target, weight],
        before,
      );
      const gradient = simccKlGradKernel.variants[0] as Variant;
      const reads = [prediction, target, weight, lse!, statistic!, Float32Array.of(1)];
      const [got] = await runKernel(device, simccKlGradKernel as Kernel, gradient, problem, reads, [new Float32Array(dx.length)]);
      expect({ name, divergence: [...divergence!].map(kind), gradient: [...got!].map(kind) }).toEqual({
        name,
        divergence: [...exact.divergence.value].map(kind),
        gradient: [...dx].map(kind),
      });
    }
  }
});

test("the gradient of the prediction is scale · weight · beta · (q · Σp − p)", async () => {
  const cases = calls.map(({ name, problem, prediction, target, weight }) => {
    const { predictionLse, statistic } = simccKlReference(
      problem,
      Float64Array.from(prediction),
      Float64Array.from(target),
      Float64Array.from(weight),
    );
    return {
      name,
      problem,
      reads: [prediction, target, weight, single(predictionLse.value), single(statistic.value), Float32Array.of(-1.5)],
      writes: [
        {
          before: new Float32Array(prediction.length),
          expected: ([x, t, w]: readonly Float64Array[]) => simccKlGradReference(problem, x!, t!, w!, -1.5),
        },
      ],
    };
  });
  const checks = await checkKernel(device, simccKlGradKernel, cases);
  expect(checks).toHaveLength(calls.length * (device.capabilities.f16 ? 2 : 1));
  expect(failed(checks)).toEqual([]);
});
