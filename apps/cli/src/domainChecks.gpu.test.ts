import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { verifyGolden } from "@kindling/proof";
import { expect, test } from "vitest";
import { domainChecks } from "./domainChecks.ts";
import { goldenFolder } from "./goldenFolder.ts";

const golden = goldenFolder(path.resolve(import.meta.dirname, "../../../test/golden"));
const device = await openDevice();

test.each(Object.keys(domainChecks))("the trainer gives the values of the papers' own code: %s", async (name) => {
  const { cases } = await verifyGolden(device, golden, { only: `domain/${name}`, domainChecks });
  expect(cases).toMatchObject([{ pass: true }]);
  expect(cases[0]!.error).toBeLessThan(1e-12);
});
