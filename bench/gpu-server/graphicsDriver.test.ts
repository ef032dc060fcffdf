import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { graphicsDriver } from "./graphicsDriver.ts";

/** A system of these files; returns its top folder. */
function system(...files: readonly string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), "kindling-driver-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), "");
  }
  return root;
}

const search = (root: string, environment: NodeJS.ProcessEnv = {}) =>
  graphicsDriver({ environment, scratch: path.join(root, "tmp"), root });

test("where the driver is mounted, its manifest and its libraries are named", () => {
  const root = system("usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json", "usr/local/nvidia/lib64/libGLX_nvidia.so.0");
  const manifest = path.join(root, "usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json");
  expect(search(root, { LD_LIBRARY_PATH: "/mine" })).toEqual({
    VK_DRIVER_FILES: manifest,
    VK_ICD_FILENAMES: manifest,
    LD_LIBRARY_PATH: `${path.join(root, "usr/local/nvidia/lib64")}:/mine`,
  });
});

test("an installed driver's manifest is named, and the linker's own folders are left to it", () => {
  const root = system(
    "usr/share/vulkan/icd.d/lvp_icd.json",
    "usr/share/vulkan/icd.d/nvidia_icd.json",
    "usr/lib/x86_64-linux-gnu/libGLX_nvidia.so.0",
  );
  const manifest = path.join(root, "usr/share/vulkan/icd.d/nvidia_icd.json");
  expect(search(root)).toEqual({ VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest });
});

test("libraries without a manifest get one", () => {
  const found = search(system("usr/local/nvidia/lib64/libGLX_nvidia.so.0"));
  expect(JSON.parse(readFileSync(found.VK_DRIVER_FILES!, "utf8"))).toMatchObject({ ICD: { library_path: "libGLX_nvidia.so.0" } });
});

test("a driver that the caller chose stays, and without NVIDIA's there is nothing to set", () => {
  const root = system("usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json");
  expect(search(root, { VK_DRIVER_FILES: "/mine.json" })).toEqual({});
  expect(search(system("usr/share/vulkan/icd.d/lvp_icd.json"))).toEqual({});
});
