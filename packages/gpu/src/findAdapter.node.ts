import { isMainThread } from "node:worker_threads";
import type { AdapterWish } from "./adapterWish.ts";
import { dawn, dawnBackend, dawnOptions } from "./dawn.node.ts";
import { embeddedManifest, embeddedSwiftShader } from "./embeddedSwiftShader.node.ts";
import { NoAdapterError } from "./errors.ts";
import { driverManifests, loadAnyLoader, loadSystemLoader, mountedNvidiaManifests, withDriver } from "./vulkanLoader.node.ts";

/** An adapter that fits a wish. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  /** What offers it, and offers it again to whoever asks. */
  readonly gpu: GPU;
  /** The manifest of the embedded SwiftShader when that is the adapter's driver; undefined for the system's drivers. */
  readonly embedded: string | undefined;
}

/**
 * The adapter that a wish asks for: from the system's drivers (hardware first), else SwiftShader from the npm package.
 * Dawn is asked for system adapters only where a driver is installed, so a bare machine sees no warnings about a Vulkan that it lacks.
 * Undefined when nothing fits.
 * @throws NoAdapterError when Dawn or SwiftShader does not load, or in a worker thread that cannot select SwiftShader itself.
 */
export function findAdapter(wish: AdapterWish, validate: boolean): Promise<FoundAdapter | undefined> {
  // One at a time: the driver is chosen through the process's environment.
  const found = last.then(() => find(wish, dawnOptions(validate)));
  last = found.catch(() => undefined);
  return found;
}

/** Names of the adapters that the system's drivers offer. Empty without drivers. */
export function systemAdapterNames(): Promise<readonly string[]> {
  const found = last.then(() => (systemDriversPresent() ? adapterNames(dawnOptions(true)) : []));
  last = found.catch(() => undefined);
  return found;
}

let last: Promise<unknown> = Promise.resolve();

async function find(wish: AdapterWish, options: readonly string[]): Promise<FoundAdapter | undefined> {
  if (wish.kind !== "swiftshader" && systemDriversPresent()) {
    const offer = await systemAdapter(wish, options);
    if (offer) return { ...offer, embedded: inheritedEmbedded() };
  }
  return wish.kind === "gpu" || wish.kind === "named" ? undefined : embeddedAdapter(options);
}

type Offer = Pick<FoundAdapter, "adapter" | "gpu">;

async function systemAdapter(wish: AdapterWish, options: readonly string[]): Promise<Offer | null> {
  if (wish.kind === "named") {
    const direct = await requestNamed(options, wish.name); // most often right, and Dawn's warnings about a driver come once for every try
    if (!Array.isArray(direct)) return direct;
    const name = direct.find((candidate) => candidate.toLowerCase().includes(wish.name.toLowerCase()));
    return name === undefined ? null : request([...options, `adapter=${name}`]);
  }
  const first = await request(options);
  if (!first || wish.kind === "any" || first.adapter.info.isFallbackAdapter === (wish.kind === "software")) return first;
  if (wish.kind === "gpu") return null; // hardware comes first, so there is none
  for (const name of await adapterNames(options)) {
    const offer = await request([...options, `adapter=${name}`]);
    if (offer?.adapter.info.isFallbackAdapter) return offer;
  }
  return null;
}

async function embeddedAdapter(options: readonly string[]): Promise<FoundAdapter | undefined> {
  const embedded = embeddedSwiftShader();
  if (!embedded) return undefined;
  const inherited = inheritedEmbedded() === embedded.manifest;
  if (!isMainThread && !inherited) {
    throw new NoAdapterError(
      "a worker thread cannot select the embedded SwiftShader, because its environment is a copy; await prepareSoftwareAdapter() on the main thread before starting it",
    );
  }
  loadAnyLoader(embedded.loader);
  const offer = await withDriver(inherited ? undefined : embedded.manifest, async () => {
    const gpu = await dawn(embedded.manifest, options);
    return { gpu, adapter: await gpu.requestAdapter() };
  });
  return offer.adapter ? { gpu: offer.gpu, adapter: offer.adapter, embedded: embedded.manifest } : undefined;
}

/** Whether Dawn has something to find: always except on Linux, where it takes a loader (the embedded one will do) and a driver's manifest. */
function systemDriversPresent(): boolean {
  if (dawnBackend !== "vulkan") return true;
  const mounted = mountedNvidiaManifests();
  if (mounted.length > 0 && isMainThread) process.env.VK_ADD_DRIVER_FILES ??= mounted.join(":");
  if (driverManifests().length === 0) return false;
  if (loadSystemLoader()) return true;
  const embedded = embeddedSwiftShader();
  return embedded !== undefined && loadAnyLoader(embedded.loader);
}

/** The embedded driver's manifest when this process or thread was started with it, see {@link prepareSoftwareAdapter}. */
function inheritedEmbedded(): string | undefined {
  const manifest = process.env.VK_DRIVER_FILES;
  return manifest !== undefined && manifest === embeddedManifest() ? manifest : undefined;
}

async function request(options: readonly string[]): Promise<Offer | null> {
  const gpu = await dawn("system", options);
  // Never forceFallbackAdapter: dawn.node answers null to it even where lavapipe is present.
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  return adapter && { gpu, adapter };
}

/** The adapter whose name contains `name` exactly so, or the names that there are: Dawn lists them only in the error about one that it has not. */
async function requestNamed(options: readonly string[], name: string): Promise<Offer | null | string[]> {
  try {
    return await request([...options, `adapter=${name}`]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!/^no (adapter with|suitable backends found)/.test(message)) throw error;
    return [...message.matchAll(/^ \* backend: '.*', name: '(.*)'$/gm)].map((match) => match[1]!);
  }
}

async function adapterNames(options: readonly string[]): Promise<string[]> {
  const names = await requestNamed(options, "no adapter has this name");
  return Array.isArray(names) ? names : [];
}
