import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { removePartialFiles, writeFileAtomically } from "./atomicFile.node.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-atomic-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the file holds the new content and nothing else is left in the folder", async () => {
  const file = path.join(folder, "a.txt");
  await writeFileAtomically(file, "old");
  await writeFileAtomically(file, Uint8Array.of(110, 101, 119));
  expect(await readFile(file, "utf8")).toBe("new");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("a write that fails says so and leaves nothing behind", async () => {
  await expect(writeFileAtomically(path.join(folder, "absent", "a.txt"), "x")).rejects.toThrow("ENOENT");
  const taken = path.join(folder, "a.txt", "b");
  await expect(writeFileAtomically(taken, "x")).rejects.toThrow("ENOTDIR");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("pieces are written one after the other; where one cannot be made the old content stays", async () => {
  const file = path.join(folder, "a.txt");
  const encoder = new TextEncoder();
  function* pieces(last: () => string): Generator<Uint8Array> {
    yield encoder.encode("one ");
    yield encoder.encode(last());
  }
  await writeFileAtomically(
    file,
    pieces(() => "two"),
  );
  const broken = () => {
    throw new Error("no piece");
  };
  await expect(writeFileAtomically(file, pieces(broken))).rejects.toThrow("no piece");
  expect(await readFile(file, "utf8")).toBe("one two");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("what killed processes left half written is removed, and only that", async () => {
  await writeFile(path.join(folder, "last.safetensors.123.partial"), "");
  await removePartialFiles(folder);
  expect(await readdir(folder)).toEqual(["a.txt"]);
});
