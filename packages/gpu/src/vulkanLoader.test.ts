import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driverManifests, useDriver, withDriver } from "./vulkanLoader.node.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "kindling-vulkan-"));
  mkdirSync(path.join(folder, "data/vulkan/icd.d"), { recursive: true });
  for (const name of ["data/vulkan/icd.d/a.json", "data/vulkan/icd.d/readme.txt", "forced.json"])
    writeFileSync(path.join(folder, name), "{}");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("manifests come from the folders a loader reads, and only JSON files", () => {
  const nowhere = path.join(folder, "nowhere");
  const found = driverManifests({
    XDG_DATA_HOME: path.join(folder, "data"),
    XDG_CONFIG_HOME: nowhere,
    XDG_CONFIG_DIRS: nowhere,
    XDG_DATA_DIRS: nowhere,
  });
  expect(found).toContain(path.join(folder, "data/vulkan/icd.d/a.json"));
  expect(found.filter((file) => !file.endsWith(".json"))).toEqual([]);
});

test("VK_DRIVER_FILES replaces the folders; files that are absent do not count", () => {
  const forced = path.join(folder, "forced.json");
  expect(driverManifests({ VK_DRIVER_FILES: `${forced}:${folder}/absent.json`, XDG_DATA_HOME: path.join(folder, "data") })).toEqual([
    forced,
  ]);
  expect(driverManifests({ VK_ICD_FILENAMES: forced })).toEqual([forced]);
});

test("withDriver puts the environment back, also after an error", async () => {
  const before = process.env.VK_DRIVER_FILES;
  const failing = withDriver("/some/icd.json", () => {
    expect(process.env.VK_DRIVER_FILES).toBe("/some/icd.json");
    return Promise.reject(new Error("no"));
  });
  await expect(failing).rejects.toThrow("no");
  expect(process.env.VK_DRIVER_FILES).toBe(before);
});

test("useDriver is seen by the processes started later", () => {
  const saved = { ...process.env };
  useDriver("/some/icd.json");
  expect(process.env.VK_ICD_FILENAMES).toBe("/some/icd.json");
  for (const name of ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]) {
    if (saved[name] === undefined) delete process.env[name];
    else process.env[name] = saved[name];
  }
});
