import { adapterWish } from "./adapterWish.ts";
import { dawnBackend, dawnVersion } from "./dawn.node.ts";
import type { Device } from "./device.ts";
import { NoAdapterError } from "./errors.ts";
import { findAdapter, systemAdapterNames } from "./findAdapter.node.ts";
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
  const wish = adapterWish(options.adapter, process.env.KINDLING_ADAPTER);
  const found = await findAdapter(wish, options.validate ?? true);
  if (!found) throw new NoAdapterError(whyNoAdapter(wish, systemFacts(), await systemAdapterNames()));
  return requestDevice(found.adapter, { backend: dawnBackend, implementation: dawnVersion(), slowPolling });
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
