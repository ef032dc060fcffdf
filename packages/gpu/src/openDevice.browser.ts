import type { Device } from "./device.ts";
import { NoAdapterError } from "./errors.ts";
import type { OpenDeviceOptions } from "./openDeviceOptions.ts";
import { requestDevice } from "./requestDevice.ts";

/**
 * Opens a device of the browser.
 * @throws NoAdapterError saying what the page or the browser lacks.
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  if (options.computeNothing) throw new NoAdapterError("a browser has no null backend; only Dawn in Node opens one");
  const gpu: GPU | undefined = navigator.gpu; // absent in insecure pages and older browsers
  if (!gpu) throw new NoAdapterError(whyNoWebGpu());
  const software = options.adapter === "software";
  const adapter = await gpu.requestAdapter(software ? { forceFallbackAdapter: true } : { powerPreference: "high-performance" });
  if (!adapter) {
    throw new NoAdapterError(
      software
        ? "this browser offers no software adapter; start Chrome with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader"
        : "this browser has WebGPU but found no GPU for it; see chrome://gpu, or start Chrome with --enable-unsafe-webgpu",
    );
  }
  if (options.adapter === "gpu" && adapter.info.isFallbackAdapter) {
    throw new NoAdapterError(
      "this browser offers only a software adapter; enable hardware acceleration in its settings and see chrome://gpu",
    );
  }
  return requestDevice(adapter, { backend: "browser", implementation: browserVersion() }, options);
}

/** What the page has. @throws NoAdapterError when it has none. */
export async function openGpu(): Promise<{ readonly gpu: GPU; readonly adapter: string }> {
  const gpu: GPU | undefined = navigator.gpu; // absent in insecure pages and older browsers
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!gpu || !adapter) throw new NoAdapterError(whyNoWebGpu());
  return { gpu, adapter: adapter.info.description };
}

/** A page has no threads or processes to prepare. */
export function prepareSoftwareAdapter(): Promise<boolean> {
  return Promise.resolve(false);
}

/** The sentence for a page without `navigator.gpu`. */
export function whyNoWebGpu(): string {
  return globalThis.isSecureContext
    ? "this browser has no WebGPU; use Chrome or Edge 113, Safari 26, Firefox 141 or newer (on Linux, Chrome needs --enable-unsafe-webgpu)"
    : "WebGPU works in secure pages only; open this page as http://127.0.0.1, http://localhost or over https";
}

/** "chrome-147", as far as the user agent tells. */
export function browserVersion(): string {
  const match = /(Firefox|Chrome|Version)\/(\d+)/.exec(navigator.userAgent);
  if (!match) return "browser";
  return `${match[1] === "Version" ? "safari" : match[1]!.toLowerCase()}-${match[2]}`;
}
