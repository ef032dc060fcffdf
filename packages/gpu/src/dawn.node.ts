import { NoAdapterError } from "./errors.ts";
import { glibcVersion } from "./glibcVersion.node.ts";
import { packageFolder, packageVersion } from "./packageFolder.node.ts";

/** Graphics interface that Dawn is told to use on this platform. */
export const dawnBackend: "vulkan" | "metal" | "d3d12" =
  process.platform === "darwin" ? "metal" : process.platform === "win32" ? "d3d12" : "vulkan";

/** What the adapter fingerprint says of the implementation, "dawn-0.6.2"; the version is that of the npm package `webgpu`. */
export function dawnVersion(): string {
  const folder = packageFolder("webgpu");
  return folder ? `dawn-${packageVersion(folder)}` : "dawn";
}

/**
 * Dawn's GPU object for these options of `create()`, made once per `drivers` (a name for the driver set that it sees) and options.
 * @throws NoAdapterError when the native library does not load here.
 */
export function dawn(drivers: string, options: readonly string[]): Promise<GPU> {
  return create(drivers, [`backend=${dawnBackend}`, ...options]);
}

/** Dawn's null backend: every call is taken, and validated where asked, and no shader runs. @throws NoAdapterError as {@link dawn}. */
export function nullDawn(validate: boolean): Promise<GPU> {
  return create("null", ["backend=null", ...dawnOptions(validate)]);
}

/** Options for `create()`: what kernels need everywhere, and, without validation, what only timed runs may leave out. */
export function dawnOptions(validate: boolean): readonly string[] {
  const enabled = [
    "allow_unsafe_apis", // lets adapters offer experimental features; none is used unless requested
    "use_vulkan_memory_model", // subgroup matrices need it
    "vulkan_enable_f16_on_nvidia", // else Dawn hides shader-f16 on drivers below 615, for corner cases of the conformance tests
    ...(validate ? [] : ["skip_validation", "disable_robustness", "disable_workgroup_init"]),
  ];
  const disabled = [
    "timestamp_quantization",
    // Then Dawn's loop zeroes workgroup memory: SwiftShader, told to do it, writes a store for each number, and compiles a tile for seconds.
    "use_vulkan_zero_initialize_workgroup_memory_extension",
  ];
  return [`enable-dawn-features=${enabled.join(",")}`, `disable-dawn-features=${disabled.join(",")}`];
}

/**
 * Every object that `create()` returned. They must live as long as the process, which else dies when one is collected; so they hang on
 * globalThis, where they survive test runners that drop and reload modules.
 */
const heldName = Symbol.for("kindling.dawn");
const global = globalThis as { [heldName]?: Map<string, GPU> }; // a name of our own on the global object
global[heldName] ??= new Map();
const held: Map<string, GPU> = global[heldName];

async function create(drivers: string, options: readonly string[]): Promise<GPU> {
  const key = [drivers, ...options].join("\n");
  const known = held.get(key);
  if (known) return known;
  const dawn = await loadDawn();
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([...options]);
  held.set(key, gpu);
  return gpu;
}

async function loadDawn(): Promise<typeof import("webgpu")> {
  try {
    return await import("webgpu");
  } catch (cause) {
    const code = (cause as { code?: unknown }).code; // Node's error codes
    const message = cause instanceof Error ? cause.message : String(cause);
    if (code === "ERR_MODULE_NOT_FOUND") throw new NoAdapterError("the npm package webgpu (Dawn) is not installed: run npm ci", { cause });
    if (code === "ERR_DLOPEN_FAILED" || code === "MODULE_NOT_FOUND")
      throw new NoAdapterError(`Dawn does not load: ${message}; ${needs()}`, { cause });
    throw cause;
  }
}

function needs(): string {
  if (process.platform !== "linux")
    return `it exists for macOS, Windows and Linux on x64 and arm64; this is ${process.platform}-${process.arch}`;
  const libc = glibcVersion();
  return `it needs glibc 2.34 and libstdc++ 12 or newer (Debian 12, Ubuntu 22.04); this system has ${libc ? `glibc ${libc}` : "no glibc"}`;
}
