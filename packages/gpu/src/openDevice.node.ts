import { adapterWish } from "./adapterWish.ts";
import { dawnBackend, dawnVersion, nullDawn } from "./dawn.node.ts";
import type { Device } from "./device.ts";
import { NoAdapterError } from "./errors.ts";
import { type FoundAdapter, findAdapter, systemAdapterNames } from "./findAdapter.node.ts";
import type { OpenDeviceOptions } from "./openDeviceOptions.ts";
import { requestDevice } from "./requestDevice.ts";
import { slowPolling } from "./slowPolling.node.ts";
import { systemFacts } from "./systemFacts.node.ts";
import { whyNoAdapter } from "./systemProblems.ts";
import { useDriver } from "./vulkanLoader.node.ts";

/**
 * Opens a device through Dawn: the system's hardware, else its software adapter (lavapipe, WARP), else, on Linux x64, SwiftShader from an
 * optional npm package. KINDLING_ADAPTER chooses where `options.adapter` does not: `gpu`, `software`, `swiftshader` or part of a name.
 * @throws NoAdapterError naming the command that mends it.
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  if (options.computeNothing) return openNullDevice(options.validate ?? true);
  const { adapter } = await requireAdapter(options);
  return requestDevice(adapter, { backend: dawnBackend, implementation: dawnVersion(), slowPolling }, options);
}

/**
 * The object that other libraries take for `navigator.gpu`, and the name of the adapter that it offers: the one that {@link openDevice} would
 * open. Its GPU classes (`GPUBuffer`, …) are put on globalThis.
 * @throws NoAdapterError as openDevice.
 */
export async function openGpu(options: OpenDeviceOptions = {}): Promise<{ readonly gpu: GPU; readonly adapter: string }> {
  const { gpu, adapter } = await requireAdapter(options);
  return { gpu, adapter: adapter.info.description };
}

/**
 * Lets worker threads open the embedded SwiftShader: call it on the main thread before starting them (in a vitest.config.ts with
 * `pool: "threads"`, say). Threads cannot do it themselves, because their environment is a copy. Processes, such as vitest's forks, need no call.
 * @returns whether SwiftShader was selected; false where `openDevice` would open another adapter, or none.
 */
export async function prepareSoftwareAdapter(): Promise<boolean> {
  const found = await findAdapter(adapterWish(undefined, process.env.KINDLING_ADAPTER), true);
  if (!found?.embedded) return false;
  useDriver(found.embedded);
  return true;
}

async function requireAdapter(options: OpenDeviceOptions): Promise<FoundAdapter> {
  const wish = adapterWish(options.adapter, process.env.KINDLING_ADAPTER);
  const found = await findAdapter(wish, options.validate ?? true);
  if (!found) throw new NoAdapterError(whyNoAdapter(wish, systemFacts(), await systemAdapterNames()));
  return found;
}

async function openNullDevice(validate: boolean): Promise<Device> {
  const adapter = await (await nullDawn(validate)).requestAdapter();
  if (!adapter) throw new NoAdapterError("this Dawn was built without its null backend");
  return requestDevice(adapter, { backend: "null", implementation: dawnVersion() });
}
