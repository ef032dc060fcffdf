import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { NoAdapterError } from "./errors.ts";
import { glibcVersion } from "./glibcVersion.node.ts";
import { packageFolder, packageVersion } from "./packageFolder.node.ts";

/** The optional npm package that carries SwiftShader and a Vulkan loader for linux-x64. */
export const swiftShaderPackage = "@sparticuz/chromium";

/** A software Vulkan driver, unpacked. */
export interface EmbeddedSwiftShader {
  /** libvulkan.so.1: a complete Vulkan loader, good for the system's drivers too. */
  readonly loader: string;
  /** The manifest that makes a loader find SwiftShader. */
  readonly manifest: string;
}

/** Why there is no embedded SwiftShader here: another platform, or the optional package was left out. */
export function whyNotEmbedded(): "platform" | "package" | undefined {
  if (process.platform !== "linux" || process.arch !== "x64" || glibcVersion() === undefined) return "platform";
  return archive() ? undefined : "package";
}

/** Where its manifest is, or will be once it is unpacked; undefined as {@link whyNotEmbedded}. */
export function embeddedManifest(): string | undefined {
  if (whyNotEmbedded()) return undefined;
  return path.join(cacheFolder(archive()!.version), manifestName);
}

/**
 * SwiftShader from the npm package, unpacked by the first call (0.1 s) into `kindling/swiftshader-<version>` of `$XDG_CACHE_HOME` or
 * `~/.cache`; undefined as {@link whyNotEmbedded}.
 * @throws NoAdapterError when the cache folder cannot be written.
 */
export function embeddedSwiftShader(): EmbeddedSwiftShader | undefined {
  if (whyNotEmbedded()) return undefined;
  const { file, version } = archive()!;
  const folder = cacheFolder(version);
  if (!existsSync(path.join(folder, manifestName))) {
    try {
      unpack(file, folder);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new NoAdapterError(
        `SwiftShader cannot be unpacked into ${folder} (${why}); set XDG_CACHE_HOME to a folder that can be written`,
        { cause },
      );
    }
  }
  return { loader: path.join(folder, loaderName), manifest: path.join(folder, manifestName) };
}

const loaderName = "libvulkan.so.1";
const manifestName = "vk_swiftshader_icd.json";
const wanted: readonly string[] = [loaderName, "libvk_swiftshader.so", manifestName];

function cacheFolder(version: string): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "kindling", `swiftshader-${version}`);
}

function archive(): { file: string; version: string } | undefined {
  const folder = packageFolder(swiftShaderPackage);
  if (!folder) return undefined;
  const file = path.join(folder, "bin", "swiftshader.tar.br");
  return existsSync(file) ? { file, version: packageVersion(folder) } : undefined;
}

/** Writes the wanted files beside the folder and renames, so that a folder that exists is complete. */
function unpack(file: string, folder: string): void {
  const temporary = `${folder}.${process.pid}.${Date.now()}`;
  mkdirSync(temporary, { recursive: true });
  try {
    for (const { name, data } of untar(brotliDecompressSync(readFileSync(file)))) {
      if (wanted.includes(path.basename(name))) writeFileSync(path.join(temporary, path.basename(name)), data, { mode: 0o755 });
    }
    for (const name of wanted) if (!existsSync(path.join(temporary, name))) throw new Error(`${file} has no ${name}`);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(path.join(folder, manifestName))) throw error; // else another process unpacked it first
  }
}

/** Regular files of a ustar archive: name at byte 0, octal size at 124, type at 156, contents padded to 512. */
function* untar(tar: Buffer): Generator<{ name: string; data: Buffer }> {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    if (name === "") return;
    const size = Number.parseInt(tar.toString("ascii", at + 124, at + 136), 8);
    const type = tar[at + 156]!;
    if (type === 0 || type === 0x30) yield { name, data: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
