import { compile } from "@kindling/autograd";
import { type Device, openDevice, sizeOf } from "@kindling/gpu";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkOpVariants } from "./checkOpVariants.ts";
import { type OpCase, storageOf } from "./opCase.ts";
import type { Draw, OpFamily } from "./opFamily.ts";
import { randomValues } from "./random.ts";
import { outputsOf, recordCase } from "./recordCase.ts";
import { bytesOf, rounded } from "./storedValues.ts";
import { type Way, waysOf } from "./waysOf.ts";

/** Random cases an op is tried with. More find little more: the sizes that break kernels come up often. */
const runs = 12;

/**
 * Registers the tests that every op has to pass, in f32 and, where the adapter has it, in f16, with the plain and the fastest variants: its
 * cases and random ones agree with float64, forward and backward; the same input gives the same bits, forward and backward; NaN and infinity
 * come out of the forward pass where the reference has them.
 */
export async function proveOp(...families: readonly OpFamily[]): Promise<void> {
  const device = await openDevice();
  for (const family of families) {
    describe(family.op, () => {
      test.each(family.cases)("agrees with its float64 definition, and its gradient with differences: $name", async (opCase) => {
        await expectAgreement(device, opCase);
      });

      test("agrees for random sizes and options", async () => {
        await overRandomCases(family, (opCase) => expectAgreement(device, opCase));
      });

      test("gives the same bits for the same input", async () => {
        await overRandomCases(family, async (opCase) => {
          for (const way of waysOf(device, opCase)) {
            using run = await compiled(device, opCase, way);
            const first = await run.outputs();
            expect(await run.outputs(), `${way.variants}, ${way.dtype}`).toEqual(first);
          }
        });
      });

      const finiteOnly = family.finiteOnly === undefined ? "" : ` (not asked: ${family.finiteOnly})`;
      test.skipIf(finiteOnly !== "")(`puts out NaN and infinity where the definition does${finiteOnly}`, async () => {
        await overRandomCases(family, (opCase, draw) => expectSameKinds(device, opCase, draw));
      });
    });
  }
}

async function expectAgreement(device: Device, opCase: OpCase): Promise<void> {
  for (const check of await checkOpVariants(device, opCase)) expect(check).toMatchObject({ pass: true });
}

/** Runs a property over random cases; a failure names the case. */
async function overRandomCases(family: OpFamily, property: (opCase: OpCase, draw: Draw) => Promise<void>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = drawFrom(generate);
      const opCase = family.random(draw);
      await property(opCase, draw).catch((error: unknown) => {
        throw new Error(`${opCase.op} ${opCase.name}: ${error instanceof Error ? error.message : error}`, { cause: error });
      });
    }),
    // Cases are small already, and shrinking one that many draws made takes minutes.
    { seed: 20_260, numRuns: runs, endOnFailure: true },
  );
}

function drawFrom(generate: fc.GeneratorValue): Draw {
  const integer = (low: number, high: number) => generate(fc.integer, { min: low, max: high });
  return {
    integer,
    size: (most = 13) => {
      const likely = [1, 2, 3, 5, 7, 9, 11, 13].filter((size) => size <= most);
      return generate(() =>
        fc.oneof({ arbitrary: fc.constantFrom(...likely), weight: 3 }, { arbitrary: fc.integer({ min: 1, max: most }), weight: 1 }),
      );
    },
    channels: () =>
      generate(() =>
        fc.oneof({ arbitrary: fc.constantFrom(1, 3, 4, 17, 8, 20), weight: 5 }, { arbitrary: fc.integer({ min: 1, max: 23 }), weight: 1 }),
      ),
    oneOf: (choices) => choices[integer(0, choices.length - 1)]!,
    seed: () => integer(1, 1_000_000),
  };
}

/** The op with its gradients as one program; each call of `outputs` writes the inputs, runs it and reads the bits of all that comes out. */
async function compiled(
  device: Device,
  opCase: OpCase,
  { dtype, choose }: Way,
  inputs: readonly Float32Array[] = opCase.inputs.map(({ data }) => data),
): Promise<Disposable & { outputs(): Promise<Record<string, readonly number[]>> }> {
  const recorded = recordCase(opCase, dtype);
  const { graph, cotangent } = recorded;
  const named = outputsOf(recorded);
  const program = await compile(graph, device, { store: null, outputs: named, choose });
  return {
    async outputs() {
      for (const [i, { name, tensor }] of recorded.inputs.entries()) program.write(name, bytesOf(inputs[i]!, tensor));
      program.write("cotangent", bytesOf(randomValues(98, sizeOf(cotangent.shape)), cotangent));
      program.run();
      const read = Object.keys(named).map(async (name) => [name, [...new Uint32Array((await program.read(name)).slice().buffer)]] as const);
      return Object.fromEntries(await Promise.all(read));
    },
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}

/** Puts one NaN or infinity into each differentiable input in turn and compares what kind of number each output element is. */
async function expectSameKinds(device: Device, opCase: OpCase, draw: Draw): Promise<void> {
  for (const [i, input] of opCase.inputs.entries()) {
    if (!input.differentiable) continue;
    const planted = draw.oneOf([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    const at = draw.integer(0, input.data.length - 1);
    const inputs = opCase.inputs.map(({ data }, j) => (i === j ? data.map((value, k) => (k === at ? planted : value)) : data));
    for (const way of waysOf(device, opCase)) {
      const stored = inputs.map((data, j) => rounded(data, storageOf(opCase.inputs[j]!, way.dtype)));
      const expected = opCase.reference(stored.map((data) => Float64Array.from(data)));
      using run = await compiled(device, opCase, way, inputs);
      const got = new Float32Array(Uint32Array.from((await run.outputs()).output!).buffer);
      const wrong = [...expected].findIndex((value, k) => kindOf(value) !== kindOf(got[k]!));
      const where = `${planted} as element ${at} of ${input.name}, ${way.variants}, ${way.dtype}`;
      expect(wrong, `${where}: gives ${got[wrong]} where ${expected[wrong]} is right`).toBe(-1);
    }
  }
}

function kindOf(value: number): string {
  return Number.isFinite(value) ? "finite" : String(value);
}
