import path from "node:path";
import { expect, test } from "vitest";
import { folderOf, resolvePath } from "./recipePath.ts";

test.each([
  ["recipes/notebook", "../../coco/a.json"],
  ["/a/b", "../../../c"],
  ["/a/b", "./c//d/"],
  ["../x", "../y"],
  [".", "a.json"],
  ["a", ".."],
])("%s + %s is joined as node:path does", (folder, relative) => {
  expect(resolvePath(folder, relative)).toBe(path.posix.join(folder, relative).replace(/(.)\/$/, "$1"));
});

test("absolute paths, drive letters and addresses stay as they are", () => {
  for (const absolute of ["/x/y", "C:\\x", "C:/x", "\\\\server\\x", "https://host/x"]) {
    expect(resolvePath("/a", absolute)).toBe(absolute);
  }
  expect(resolvePath("C:\\recipes", "..\\data\\a.json")).toBe("C:/data/a.json");
});

test("the folder of a file is what stands before its last separator", () => {
  expect(["/a/b.json", "/b.json", "b.json", "C:\\d\\b.json"].map(folderOf)).toEqual(["/a", "/", ".", "C:\\d"]);
});
