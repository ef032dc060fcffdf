import fc from "fast-check";
import { expect, test } from "vitest";
import { type Lifetime, planBuffers } from "./planBuffers.ts";

const lifetimes: fc.Arbitrary<Lifetime[]> = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 1, max: 64 }).map((n) => 4 * n), first: fc.nat(40), length: fc.nat(12) })
    .map(({ bytes, first, length }) => ({
      bytes,
      first,
      last: first + length,
    })),
  { maxLength: 60 },
);

test("two tensors share a buffer only when their lifetimes are disjoint, and every buffer is large enough", () => {
  fc.assert(
    fc.property(lifetimes, (tensors) => {
      const { slots, slotBytes } = planBuffers(tensors);
      for (const [i, a] of tensors.entries()) {
        expect(slotBytes[slots[i]!]!).toBeGreaterThanOrEqual(a.bytes);
        for (const [j, b] of tensors.entries()) {
          if (i < j && slots[i] === slots[j]) expect(a.last < b.first || b.last < a.first).toBe(true);
        }
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a chain of equal tensors needs two buffers", () => {
  const chain = Array.from({ length: 20 }, (_, i) => ({ bytes: 64, first: i, last: i + 1 }));
  expect(planBuffers(chain).slotBytes).toEqual([64, 64]);
});

test("no tensors need no buffers", () => {
  expect(planBuffers([])).toEqual({ slots: [], slotBytes: [] });
});
