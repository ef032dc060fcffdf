import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

/**
 * Folder with the Chromium of `@sparticuz/chromium` (`chromium`, SwiftShader beside it, `fonts` and `al2023/lib`), unpacked by the first call
 * (some seconds, 210 MB) into `kindling/chromium-<version>` of `$XDG_CACHE_HOME` or `~/.cache`.
 * @throws Error when the optional package was left out.
 */
export async function unpackChromium(): Promise<string> {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string }; // npm refuses packages without one
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "kindling");
  const folder = path.join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  // Written under another name and renamed, so that a folder that exists is complete.
  const temporary = `${folder}.${process.pid}.${Date.now()}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await unpackInto(temporary, path.join(root, "bin"));
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process unpacked it first
  }
  return folder;
}

/** Looked for by hand, because the package exports no path that says where its archives are. */
function packageRoot(): string {
  const roots = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  const folder = roots.map((root) => path.join(root, packageName)).find((candidate) => existsSync(path.join(candidate, "package.json")));
  if (!folder) throw new Error("no browser found; install Chrome or Chromium, set CHROME_PATH, or run npm ci without --omit=optional");
  return folder;
}

const packageName = "@sparticuz/chromium";

/**
 * The package unpacks into the folder for temporary files, and its libraries (`al2023`) only where it believes itself to be on AWS, so this
 * process says so meanwhile.
 */
async function unpackInto(folder: string, archives: string): Promise<void> {
  const { default: chromium } = await import("@sparticuz/chromium");
  const said = { TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" };
  const before = Object.keys(said).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, said);
  try {
    await chromium.executablePath(archives);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
