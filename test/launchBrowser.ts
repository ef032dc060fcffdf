import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { unpackChromium } from "./unpackChromium.ts";

/**
 * Starts a headless browser with WebGPU: the one at `$CHROME_PATH`, else the system's Chrome or Chromium, else, on linux-x64, the Chromium of
 * the npm package that also carries SwiftShader. On Linux it computes with SwiftShader, so that every machine tests the same adapter.
 * @throws Error saying what to install or to set when there is no browser.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, environment } = await findBrowser();
  return chromium.launch({
    ...(executablePath === undefined ? { channel: "chrome" } : { executablePath }),
    headless: true,
    env: { ...process.env, ...environment },
    args: [...quiet, ...(process.platform === "linux" ? softwareWebGpu : [])],
  });
}

/** Nothing of the network and nothing of a first start; Playwright adds an empty profile of its own. */
const quiet: readonly string[] = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Compositor, ANGLE and Dawn all on SwiftShader: with fewer of these flags WebGPU computes, but a WebGPU canvas stays black, because the
 * compositor cannot share its images. They need neither a display nor a driver.
 */
const softwareWebGpu: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--use-webgpu-adapter=swiftshader",
];

interface FoundBrowser {
  /** Undefined: wherever Playwright finds Google Chrome (macOS, Windows). */
  readonly executablePath: string | undefined;
  /** Variables for the browser's process alone. */
  readonly environment: Readonly<Record<string, string>>;
}

async function findBrowser(): Promise<FoundBrowser> {
  const wanted = process.env.CHROME_PATH;
  if (wanted) {
    if (!existsSync(wanted))
      throw new Error(`CHROME_PATH is ${wanted}, which does not exist; set it to the executable of Chrome or Chromium`);
    return { executablePath: wanted, environment: {} };
  }
  if (process.platform !== "linux") return { executablePath: undefined, environment: {} };
  const installed = systemBrowsers.find((file) => existsSync(file));
  if (installed) return { executablePath: installed, environment: {} };
  if (process.arch !== "x64") throw new Error("no browser found; install Chromium, or set CHROME_PATH to the executable of one");
  return npmBrowser(await unpackChromium());
}

const systemBrowsers: readonly string[] = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"].map((name) =>
  path.join("/usr/bin", name),
);

/** Slim systems lack NSS, expat and fonts; the package brings them, and the browser alone may see them. */
function npmBrowser(folder: string): FoundBrowser {
  const executablePath = path.join(folder, "chromium");
  const environment: Record<string, string> = {};
  if (/not found/.test(spawnSync("ldd", [executablePath], { encoding: "utf8" }).stdout ?? "")) {
    const libraries = [path.join(folder, "al2023", "lib"), process.env.LD_LIBRARY_PATH];
    environment.LD_LIBRARY_PATH = libraries.filter((library) => library).join(path.delimiter);
  }
  if (!existsSync("/etc/fonts/fonts.conf")) environment.FONTCONFIG_PATH = path.join(folder, "fonts");
  return { executablePath, environment };
}
