import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import * as kernels from "../index.ts";
import { shippedChoices } from "./shippedChoices.ts";
import { formatChoices } from "./tunedChoices.ts";

const folder = path.join(import.meta.dirname, "../../tuned");

test("an adapter without a file has no choices", () => {
  expect(shippedChoices("none")).toEqual([]);
});

test.each(readdirSync(folder))(
  "%s is found by its adapter, written as the command writes it, and names variants that there are",
  (file) => {
    const adapter = path.basename(file, ".json");
    const choices = shippedChoices(adapter);
    expect(formatChoices({ adapter, choices })).toBe(readFileSync(path.join(folder, file), "utf8"));
    const known = new Map(
      Object.values<unknown>(kernels)
        .flatMap(kernelsIn)
        .map((kernel) => [kernel.name, kernel]),
    );
    for (const { kernel, variant, microseconds } of choices) {
      expect(
        known.get(kernel)?.variants.map(({ id }) => id),
        kernel,
      ).toContain(variant);
      expect(Object.keys(microseconds)).toContain(variant);
    }
  },
);

/** The kernel that an export is, or those that it holds. */
function kernelsIn(value: unknown): readonly kernels.Kernel[] {
  if (typeof value !== "object" || value === null) return [];
  return isKernel(value) ? [value] : Object.values({ ...value }).filter(isKernel);
}

function isKernel(value: unknown): value is kernels.Kernel {
  return typeof value === "object" && value !== null && "variants" in value;
}
