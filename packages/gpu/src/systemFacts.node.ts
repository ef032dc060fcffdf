import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { whyNotEmbedded } from "./embeddedSwiftShader.node.ts";
import { glibcVersion } from "./glibcVersion.node.ts";
import { parseOsRelease } from "./installCommand.ts";
import type { SystemFacts } from "./systemProblems.ts";
import { driverManifests, loadSystemLoader } from "./vulkanLoader.node.ts";

/** What can be known of this machine's drivers without asking Dawn. */
export function systemFacts(): SystemFacts {
  const linux = process.platform === "linux";
  const manifests = linux ? driverManifests() : [];
  const nodes = linux ? gpuNodes() : [];
  return {
    platform: process.platform,
    glibc: glibcVersion(),
    distribution: parseOsRelease(linux ? readIfThere("/etc/os-release") : ""),
    root: process.getuid?.() === 0,
    loader: linux && loadSystemLoader(),
    manifests,
    mesa: mesaVersion(manifests),
    gpuNodes: nodes,
    closedNodes: nodes.filter((node) => !isOpen(node)),
    nvidiaDriver: /Kernel Module.*?(\d+\.\d+(?:\.\d+)?)/.exec(readIfThere("/proc/driver/nvidia/version"))?.[1],
    container: existsSync("/.dockerenv") || existsSync("/run/.containerenv") || process.env.KUBERNETES_SERVICE_HOST !== undefined,
    embedded: whyNotEmbedded() ?? "present",
  };
}

/** Device files through which drivers reach a GPU: Mesa's render nodes, NVIDIA's, WSL's. */
function gpuNodes(): string[] {
  const names = (folder: string, pattern: RegExp): string[] =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => pattern.test(name))
          .map((name) => path.join(folder, name))
      : [];
  return [...names("/dev/dri", /^renderD\d+$/), ...names("/dev", /^(nvidia\d+|dxg)$/)];
}

function isOpen(node: string): boolean {
  try {
    accessSync(node, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Mesa's version, "22.3.6": from lavapipe itself, which holds it as text, because packages are called differently everywhere. */
function mesaVersion(manifests: readonly string[]): string | undefined {
  for (const manifest of manifests) {
    if (!/lvp/.test(path.basename(manifest))) continue;
    const library = libraryOf(manifest);
    const text = library && readFileSync(library, "latin1");
    const version = text && /Mesa (\d+\.\d+\.\d+)/.exec(text)?.[1];
    if (version) return version;
  }
  return undefined;
}

function libraryOf(manifest: string): string | undefined {
  const match = /"library_path"\s*:\s*"([^"]+)"/.exec(readIfThere(manifest));
  if (!match) return undefined;
  const library = match[1]!;
  const folders = library.includes("/")
    ? [path.dirname(manifest)]
    : [
        ...(process.env.LD_LIBRARY_PATH ?? "").split(":"),
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
      ];
  return folders.map((folder) => path.resolve(folder, library)).find((file) => existsSync(file));
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
