import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { mergeChoices, type TunedChoice, TunedChoicesError } from "@kindling/kernels";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { readChoicesFile, updateChoicesFile, userChoicesFile } from "./choicesFile.ts";

afterEach(() => vi.unstubAllEnvs());

function temporaryFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "kindling-choices-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "tuned", "mine.json");
}

const choice = (m: number): TunedChoice => ({
  kernel: "matmul",
  dtypes: "f32,f32>f32",
  problem: { m },
  sources: "0123456789abcdef",
  variant: "direct",
  microseconds: { direct: 1 },
});

test("writers at the same time lose nothing that another found, and leave one file", async () => {
  const file = temporaryFile();
  const found = Array.from({ length: 24 }, (_, i) => choice(i));
  await Promise.all(found.map((one) => updateChoicesFile(file, "mine", (before) => mergeChoices(before, [one]))));
  const read = await readChoicesFile(file, "mine");
  expect(read.map(({ problem }) => problem.m).toSorted((a, b) => Number(a) - Number(b))).toEqual(found.map(({ problem }) => problem.m));
  expect(readdirSync(path.dirname(file))).toEqual(["mine.json"]);
});

test("a lock that a killed process left is taken over", async () => {
  const file = temporaryFile();
  await updateChoicesFile(file, "mine", () => [choice(1)]);
  writeFileSync(`${file}.lock`, "");
  utimesSync(`${file}.lock`, new Date(0), new Date(0));
  await updateChoicesFile(file, "mine", (before) => [...before, choice(2)]);
  expect(await readChoicesFile(file, "mine")).toHaveLength(2);
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test("no file holds no choices; a damaged one is refused, stays as it is, and leaves no lock", async () => {
  const file = temporaryFile();
  expect(await readChoicesFile(file, "mine")).toEqual([]);
  await updateChoicesFile(file, "mine", () => [choice(1)]);
  await expect(readChoicesFile(file, "yours")).rejects.toThrow(TunedChoicesError);
  writeFileSync(file, "{");
  await expect(updateChoicesFile(file, "mine", () => [])).rejects.toThrow(TunedChoicesError);
  expect(readFileSync(file, "utf8")).toBe("{");
  expect(readdirSync(path.dirname(file))).toEqual(["mine.json"]);
});

test("a place that can be neither read nor written to is said in a sentence", async () => {
  const file = path.join(temporaryFile(), "mine.json"); // below what will be a file
  await updateChoicesFile(path.dirname(file), "mine", () => []);
  await expect(readChoicesFile(file, "mine")).rejects.toThrow(/mine\.json: cannot be read \(ENOTDIR\)$/);
  const written = updateChoicesFile(file, "mine", () => []);
  await expect(written).rejects.toThrow(/mine\.json: cannot be written \((?:EEXIST|ENOTDIR)\); set KINDLING_CACHE to a folder that can$/);
  await expect(written).rejects.toThrow(TunedChoicesError);
});

test("the user's file is in KINDLING_CACHE, else in XDG_CACHE_HOME, else in ~/.cache", () => {
  vi.stubEnv("KINDLING_CACHE", "/own");
  vi.stubEnv("XDG_CACHE_HOME", "/caches");
  expect(userChoicesFile("mine")).toBe(path.join("/own", "tuned", "mine.json"));
  vi.stubEnv("KINDLING_CACHE", "");
  expect(userChoicesFile("mine")).toBe(path.join("/caches", "kindling", "tuned", "mine.json"));
  vi.stubEnv("XDG_CACHE_HOME", "");
  expect(userChoicesFile("mine")).toBe(path.join(homedir(), ".cache", "kindling", "tuned", "mine.json"));
});
