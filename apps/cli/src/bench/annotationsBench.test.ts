import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readDataset } from "@kindling/data";
import { expect, test } from "vitest";
import { benchAnnotations } from "./annotationsBench.ts";
import { writeAnnotations } from "./writeAnnotations.ts";

test("the made annotations have the persons and about the length asked for, crowds among them", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-made-annotations-"));
  try {
    const paths = { annotations: path.join(folder, "made.json"), images: path.join(folder, "images") };
    const bytes = await writeAnnotations(paths, { persons: 300, bytes: 900_000 });
    expect(bytes / 900_000).toBeGreaterThan(0.9);
    expect(bytes / 900_000).toBeLessThan(1.1);
    const { persons, samples } = await readDataset({ ...paths, segmentations: true });
    expect([persons.length, samples.length]).toEqual([300, 297]);
    expect(persons.filter(({ crowd }) => crowd).length).toBe(3);
    expect(persons.every(({ segmentation }) => segmentation !== undefined)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a reading has a process of its own, which says what it took", async () => {
  const { signal } = new AbortController();
  const options = { rounds: 2, seconds: 60, only: "", signal, note: () => {} };
  const { results } = await benchAnnotations({ ...options, megabytes: [0.3], persons: 200 });
  expect(results).toMatchObject([{ name: "0.3 MB", persons: 200, samples: 198, readings: 2 }]);
  expect(Number(results[0]!.peakMebibytes)).toBeGreaterThan(10);
});
