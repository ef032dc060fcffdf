import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type BenchReport, benchMarkdown, withoutFolders, writeBenchReport } from "./benchReport.ts";
import { cellText, markdownTable } from "./markdownTable.ts";

const report: BenchReport = {
  bench: "step",
  title: "Training step",
  columns: [
    { key: "name", heading: "name" },
    { key: "milliseconds", heading: "ms" },
    { key: "nothing", heading: "nothing" },
  ],
  results: [
    { name: "student", milliseconds: 12.3456, samples: [1, 2].length },
    { name: "teacher|w48", milliseconds: null, samples: 0 },
  ],
  notes: ["f32 throughout"],
  adapter: "an adapter",
  fingerprint: "an-adapter",
  software: true,
  date: "2026-01-02T03:04:05.678Z",
  command: "npx kindling bench step",
  versions: { kindling: "0.1.0" },
};

test("numbers have three significant digits, and none is lost before the point", () => {
  expect([12.3456, 1234.5, 0.01234, 3, 0.0001234, Number.NaN, null, "x"].map((value) => cellText(value))).toEqual([
    "12.3",
    "1235",
    "0.0123",
    "3",
    "1.2e-4",
    "",
    "",
    "x",
  ]);
});

test("a table leaves out columns without any cell, sets numbers to the right and keeps bars in cells", () => {
  expect(markdownTable(report.columns, report.results)).toBe(
    ["| name | ms |", "| --- | ---: |", "| student | 12.3 |", "| teacher\\|w48 |  |"].join("\n"),
  );
});

test("a page says adapter, date, command and notes; the JSON holds every number whole", async () => {
  expect(benchMarkdown(report)).toMatch(
    /^# Training step\n\n2026-01-02 03:04 UTC · an adapter \(software\) · `an-adapter`\n\n`npx kindling bench step`\n\n[\s\S]*\n- f32 throughout\n$/,
  );
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-bench-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = await writeBenchReport(report, path.join(folder, "made"));
  expect(files.map((file) => path.basename(file))).toEqual(["step.json", "step.md"]);
  expect(JSON.parse(await readFile(files[0]!, "utf8"))).toEqual(report);
  expect(await readFile(files[1]!, "utf8")).toBe(benchMarkdown(report));
});

test("the command of a published report names no folder of the machine", () => {
  const words = ["bench", "only=hrnet stem", "out=bench/results", `data=${path.resolve("people/train.json")}`, path.resolve("crops")];
  expect(words.map(withoutFolders)).toEqual(["bench", "only=hrnet stem", "out=bench/results", "data=…/train.json", "…/crops"]);
});
