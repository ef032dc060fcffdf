import fc from "fast-check";
import { expect } from "vitest";
import { WeightsFileError } from "../weightsFileError.ts";

/** Cuts `file` at every length and replaces `runs` single bytes (fixed seed); fails when `read` throws anything but WeightsFileError. */
export function expectOnlyWeightsFileError(file: Uint8Array, read: (bytes: Uint8Array) => unknown, runs: number): void {
  for (let length = 0; length < file.length; length++)
    expect(() => read(file.subarray(0, length)), `cut at ${length}`).toThrow(WeightsFileError);
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const damaged = file.slice();
      damaged[at] = value;
      try {
        read(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(WeightsFileError);
      }
    }),
    { seed: 7, numRuns: runs },
  );
}
