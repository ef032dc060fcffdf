import { existsSync, readdirSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Whether the system has a Vulkan loader; if so it is loaded, for the life of the process. */
export function loadSystemLoader(): boolean {
  systemLoader ??= load("libvulkan.so.1"); // looked up as the dynamic linker does it
  return systemLoader;
}

/**
 * Makes sure of a Vulkan loader: the system's, else the one of this file, which then stays loaded for the life of the process.
 * Dawn finds either, because its own look-up by name matches the SONAME of a library that is loaded.
 */
export function loadAnyLoader(file: string): boolean {
  return loadSystemLoader() || load(file);
}

/** The driver manifests (ICD JSON files) that a Vulkan loader on Linux would read, in the order of its documentation. */
export function driverManifests(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const forced = environment.VK_DRIVER_FILES || environment.VK_ICD_FILENAMES;
  if (forced) return list(forced).flatMap(manifestsAt);
  const home = os.homedir();
  const roots = [
    environment.XDG_CONFIG_HOME || path.join(home, ".config"),
    ...list(environment.XDG_CONFIG_DIRS || "/etc/xdg"),
    "/usr/local/etc",
    "/etc",
    environment.XDG_DATA_HOME || path.join(home, ".local/share"),
    ...list(environment.XDG_DATA_DIRS || "/usr/local/share:/usr/share"),
  ];
  const found = [...list(environment.VK_ADD_DRIVER_FILES ?? ""), ...roots.map((root) => path.join(root, "vulkan/icd.d"))].flatMap(
    manifestsAt,
  );
  return [...new Set(found)];
}

/** Manifests of NVIDIA's driver where Kubernetes' device plugin mounts it, a folder that no loader searches. */
export function mountedNvidiaManifests(): readonly string[] {
  return manifestsAt("/usr/local/nvidia/share/vulkan/icd.d");
}

/** Runs `body` while loaders see only this driver, and puts the environment back. Works on the main thread alone: elsewhere `process.env` is a copy. */
export async function withDriver<T>(manifest: string | undefined, body: () => Promise<T>): Promise<T> {
  if (manifest === undefined) return body();
  const before = driverVariables.map((name) => process.env[name]);
  useDriver(manifest);
  try {
    return await body();
  } finally {
    for (const [i, name] of driverVariables.entries()) {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    }
  }
}

/** From now on loaders of this process, and of threads and processes that it starts, see only this driver. */
export function useDriver(manifest: string): void {
  for (const name of driverVariables) process.env[name] = manifest;
}

let systemLoader: boolean | undefined; // asked once: later the name also matches a loader that we brought

function load(file: string): boolean {
  const keepLoaded = 0x1000; // RTLD_NODELETE: Node closes the library again when it turns out to be no add-on
  try {
    process.dlopen({ exports: {} }, file, os.constants.dlopen.RTLD_LAZY | keepLoaded);
    return true;
  } catch (error) {
    return error instanceof Error && error.message.includes("did not self-register"); // it was loaded, and is no add-on
  }
}

const driverVariables = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const; // loaders older than 1.3.207 know the second alone

const list = (paths: string): readonly string[] => paths.split(":").filter((entry) => entry !== "");

function manifestsAt(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => path.join(place, name));
}
