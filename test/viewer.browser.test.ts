import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { weakTexts } from "./contrast.ts";
import { launchBrowser } from "./launchBrowser.ts";
import { type FolderServer, serveFolder } from "./serveFolder.ts";

const root = path.resolve(import.meta.dirname, "..");
let folder: string;
let browser: Browser;
let server: FolderServer;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "kindling-viewer-"));
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, "apps/viewer/build.mjs"), folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the page does not build:\n${stderr}`);
  server = await serveFolder(folder);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the page runs a convolution on the browser's adapter and finds it right in every variant", async () => {
  const { page, complaints } = await openPage({ viewport: { width: 840, height: 800 } });
  expect(await settled(page)).toBe("right");

  const adapter = await page.evaluate(async () => (await navigator.gpu.requestAdapter())?.info);
  for (const name of [adapter?.vendor, adapter?.architecture]) {
    if (!name) continue;
    await expect(page.locator("#facts").textContent()).resolves.toContain(name);
    await expect(page.locator("#status").textContent()).resolves.toContain(name);
  }
  expect(await page.locator("#limits tr").count()).toBeGreaterThan(20);

  const rows = await page.locator("#variants tr").evaluateAll((found) =>
    found.map((row) => ({
      variant: row.querySelector("th")?.textContent,
      numbers: [...row.querySelectorAll("data")].map((data) => Number(data.value)),
    })),
  );
  const [direct, registerTile, ...others] = rows.map(({ variant }) => variant);
  expect([direct, registerTile]).toEqual(["direct", "registerTile"]);
  // One for the browser's size of subgroups, where it has them.
  expect(others.join()).toMatch(/^(subgroup\d+)?$/);
  for (const { numbers } of rows) {
    const [error, errorToBound, milliseconds, gflops, compileMilliseconds] = numbers;
    expect(error).toBeGreaterThan(0); // nothing computed in f32 equals float64 everywhere
    expect(error).toBeLessThan(1e-5);
    expect(errorToBound).toBeLessThan(1);
    for (const number of [milliseconds, gflops, compileMilliseconds]) expect(number).toBeGreaterThan(0);
  }

  const shaders = await page.locator("#sources pre").evaluateAll((found) => found.map((pre) => pre.textContent));
  expect(shaders).toHaveLength(rows.length);
  for (const shader of shaders) expect(shader).toMatch(/^(enable subgroups;\n)?struct Uniforms \{[\s\S]*@compute @workgroup_size/);
  for (const shader of shaders) expect(shader).not.toContain("#if");

  expect(complaints).toEqual([]);
  if (process.env.KINDLING_PICTURES) await takePicture(page, path.join(process.env.KINDLING_PICTURES, "viewer.png"));
});

test("each output canvas shows Sobel's edges of the input canvas in its direction and colour", async () => {
  const { page } = await openPage();
  expect(await settled(page)).toBe("right");
  const [input, ...outputs] = await page.locator("#pictures canvas").evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      return { width, data: [...(canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data] };
    }),
  );
  expect(new Set(input!.data).size).toBeGreaterThan(100);
  for (const [channel, [across, down, color]] of directions.entries()) {
    const expected = edges(input!, across, down).flatMap((value) => [...color.map((part) => Math.min(255, value * part)), 255]);
    const { data } = outputs[channel]!;
    expect(Math.max(...data.filter((_, i) => i % 4 !== 3))).toBeGreaterThan(100); // not blank
    expect(data.filter((value, i) => !(Math.abs(value - expected[i]!) <= 0.51))).toEqual([]); // rounded to whole numbers
    expect(data).toHaveLength(expected.length);
  }
  expect(outputs).toHaveLength(directions.length);
});

test("a window of 400 px shows everything without scrolling sideways, in light and dark with a contrast of at least 4.5", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await openPage({ viewport: { width: 400, height: 800 }, colorScheme });
    expect(await settled(page)).toBe("right");
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    const canvases = await page.locator("canvas").evaluateAll((found) => found.map((canvas) => canvas.getBoundingClientRect().toJSON()));
    for (const { left, right, width } of canvases) expect([left >= 0, right <= 400, width >= 140]).toEqual([true, true, true]);
    expect(await page.evaluate(weakTexts, 4.5)).toEqual([]);
  }
});

test("the keyboard reaches all that acts or scrolls, and runs the convolution again", async () => {
  const { page, complaints } = await openPage();
  expect(await settled(page)).toBe("right");
  const times = () => page.locator("#variants").innerHTML();
  const before = await times();
  const reached: string[] = [];
  for (let press = 0; press < 7; press++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused?.getAttribute("aria-label") ?? focused?.getAttribute("aria-labelledby") ?? focused?.textContent ?? "";
    });
    reached.push(name);
    if (name === "Run again") await page.keyboard.press("Enter");
    if (name.startsWith("conv2d/direct")) await page.keyboard.press("Space");
  }
  expect(reached.slice(0, 5)).toEqual([
    "The recorded graph",
    "checks-title",
    "Run again",
    "All limits",
    expect.stringContaining("conv2d/direct"),
  ]);
  expect(reached.slice(5)).toEqual(["WGSL source of conv2d/direct", expect.stringContaining("conv2d/registerTile")]);
  await expect.poll(times, { timeout: 30_000 }).not.toBe(before);
  await expect.poll(() => page.locator("#status").textContent(), { timeout: 30_000 }).toMatch(/^Computed on/);
  expect(complaints).toEqual([]);
});

test.each([
  ["without WebGPU", "delete Navigator.prototype.gpu", "This browser has no WebGPU"],
  ["without an adapter", "GPU.prototype.requestAdapter = async () => null", "This browser has WebGPU but found no GPU for it"],
])("%s the page says so and what to do, and nothing else", async (_, script, sentence) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, complaints } = await openPage({ viewport: { width: 400, height: 800 }, colorScheme }, script);
    expect(await settled(page)).toBe("failed");
    const alert = page.getByRole("alert");
    const text = await alert.textContent();
    expect(text).toContain("No WebGPU here");
    expect(text).toContain(sentence);
    expect(text).toContain("--enable-unsafe-webgpu");
    expect(await page.locator("main > section:visible").count()).toBe(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    expect(await page.evaluate(weakTexts, 4.5)).toEqual([]);
    await page.getByRole("button", { name: "Try again" }).press("Enter");
    expect(await settled(page)).toBe("failed");
    expect(complaints).toEqual([]);
  }
});

test("a device that is lost is reported", async () => {
  const keepDevices = `{
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      const device = await request.apply(this, options);
      (globalThis.devices ??= []).push(device);
      return device;
    };
  }`;
  const { page } = await openPage({}, keepDevices);
  expect(await settled(page)).toBe("right");
  await page.evaluate("devices[0].destroy()");
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("The GPU device was lost");
});

test("the page works in browsers without explicit resource management", async () => {
  const hideDispose = `{
    const Original = Symbol;
    globalThis.Symbol = Object.assign((description) => Original(description), { prototype: Original.prototype });
    for (const name of Object.getOwnPropertyNames(Original)) {
      if (!/^(asyncDispose|dispose|length|name|prototype)$/.test(name)) Symbol[name] = Original[name];
    }
  }`;
  const { page, complaints } = await openPage({}, hideDispose);
  expect(await settled(page)).toBe("right");
  expect(await page.evaluate(() => Symbol.dispose === Symbol.for("Symbol.dispose"))).toBe(true);
  expect(complaints).toEqual([]);
});

test("the page also works when it is opened as a file", async () => {
  const { page, complaints } = await openPage({}, "", pathToFileURL(path.join(folder, "index.html")).href);
  expect(await settled(page)).toBe("right");
  expect(complaints).toEqual([]);
});

test("the bundle is small, whole, and holds nothing of Node", () => {
  const script = readFileSync(path.join(folder, "main.js"), "utf8");
  const { sources } = JSON.parse(readFileSync(path.join(folder, "main.js.map"), "utf8")) as { sources: readonly string[] };
  expect(sources.some((source) => source.endsWith("gpu/src/openDevice.browser.ts"))).toBe(true);
  expect(sources.filter((source) => /\.node\.ts$|node_modules\/(sharp|webgpu|@sparticuz)\//.test(source))).toEqual([]);
  expect(script).not.toMatch(/\brequire\(|\bimport[\s("'{*]|["'](node:|sharp["']|webgpu["'])/);
  const compressed = ["main.js", "style.css", "index.html"].map((name) => gzipSync(readFileSync(path.join(folder, name))).length);
  expect(compressed.reduce((sum, bytes) => sum + bytes)).toBeLessThan(60 * 1024);
  expect(statSync(path.join(folder, "index.html")).size).toBeGreaterThan(0);
});

/** A fresh page, after `script` ran in it, and what it writes to the console as an error or throws. */
async function openPage(
  options: BrowserContextOptions = {},
  script = "",
  url = `${server.origin}/`,
): Promise<{ page: Page; complaints: readonly string[] }> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  if (script !== "") await page.addInitScript({ content: script });
  await page.goto(url);
  return { page, complaints };
}

/** For the documentation: `KINDLING_PICTURES=docs/images npx vitest run test/viewer.browser.test.ts`. */
async function takePicture(page: Page, file: string): Promise<void> {
  const { y, height } = (await page.locator("#checks").boundingBox())!; // it is visible
  await page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width: 840, height: y + height + 8 } });
}

/** "right", "wrong" or "failed", once the page has come to it. */
async function settled(page: Page): Promise<string | undefined> {
  await page.locator("html[data-state]").waitFor({ timeout: 60_000 });
  return page.evaluate(() => document.documentElement.dataset.state);
}

/** How far right and down it gets lighter, and the colour, for each output channel. */
const directions: readonly (readonly [across: number, down: number, color: readonly number[]])[] = [
  [1, 0, [230, 159, 0]],
  [-1, 0, [86, 180, 233]],
  [0, 1, [0, 158, 115]],
  [0, -1, [204, 121, 167]],
];

/** Sobel's derivative of the luma of an RGBA picture along a direction, 0 where it is negative; black surrounds the picture. */
function edges({ width, data }: { readonly width: number; readonly data: readonly number[] }, across: number, down: number): number[] {
  const height = data.length / 4 / width;
  const luma = (x: number, y: number): number => {
    if (x < 0 || y < 0 || x >= width || y >= height) return 0;
    const at = 4 * (y * width + x);
    return (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!) / 255;
  };
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const difference = (side: number) =>
      across * (luma(x + 1, y + side) - luma(x - 1, y + side)) + down * (luma(x + side, y + 1) - luma(x + side, y - 1));
    return Math.max(0, difference(-1) + 2 * difference(0) + difference(1));
  });
}
