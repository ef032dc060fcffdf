import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Where to look, and where a manifest may be written; paths of the system begin at `root`. */
export interface DriverSearch {
  readonly environment: NodeJS.ProcessEnv;
  readonly scratch: string;
  /** Default "/". */
  readonly root?: string;
}

/**
 * What has to be set so that Vulkan finds NVIDIA's driver: where containers mount it, loaders look for neither its manifest nor its libraries.
 * A manifest is written where the libraries are there without one. Empty where the caller has chosen a driver, and where there is none of NVIDIA's.
 */
export function graphicsDriver({ environment, scratch, root = "/" }: DriverSearch): Readonly<Record<string, string>> {
  if (environment.VK_DRIVER_FILES || environment.VK_ICD_FILENAMES) return {};
  const libraries = libraryFolders.map((folder) => path.join(root, folder)).filter(holdsDriver);
  const manifest = manifestFolders.map((folder) => path.join(root, folder)).flatMap(nvidiaManifests)[0];
  if (manifest === undefined && libraries.length === 0) return {};
  const driver = manifest ?? writeManifest(scratch);
  // Folders that the dynamic linker searches anyway stay out of the way: what else lies in them must not come before the machine's choice.
  const mounted = libraries.filter((folder) => folder.includes("nvidia"));
  const searched = [...mounted, ...(environment.LD_LIBRARY_PATH ? [environment.LD_LIBRARY_PATH] : [])].join(":");
  // Loaders older than 1.3.207 know the second name alone.
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, ...(searched === "" ? {} : { LD_LIBRARY_PATH: searched }) };
}

/** Kubernetes' device plugin mounts the driver into the first; the others are Debian's and Red Hat's. */
const libraryFolders = [
  "usr/local/nvidia/lib64",
  "usr/local/nvidia/lib",
  "usr/lib/x86_64-linux-gnu",
  "usr/lib/aarch64-linux-gnu",
  "usr/lib64",
];
const manifestFolders = ["usr/local/nvidia/share", "etc", "usr/local/share", "usr/share"].map((folder) => `${folder}/vulkan/icd.d`);
const driverLibrary = "libGLX_nvidia.so.0";

function holdsDriver(folder: string): boolean {
  return existsSync(path.join(folder, driverLibrary));
}

function nvidiaManifests(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /nvidia.*\.json$/.test(name));
  return names.sort().map((name) => path.join(folder, name));
}

function writeManifest(scratch: string): string {
  const file = path.join(scratch, "nvidia_icd.json");
  mkdirSync(scratch, { recursive: true });
  writeFileSync(file, JSON.stringify({ file_format_version: "1.0.0", ICD: { library_path: driverLibrary, api_version: "1.3.0" } }));
  return file;
}
