import type { AdapterWish } from "./adapterWish.ts";
import { type Distribution, installMesa } from "./installCommand.ts";

/** What is missing or slow, and the command or step that mends it. */
export interface SystemProblem {
  readonly what: string;
  readonly fix: string;
}

/** What can be known of a machine's drivers without asking WebGPU. Everything but `platform` matters on Linux alone. */
export interface SystemFacts {
  readonly platform: string;
  /** "2.36", or undefined for musl. */
  readonly glibc: string | undefined;
  readonly distribution: Distribution;
  readonly root: boolean;
  /** Whether the system has a Vulkan loader, libvulkan.so.1. */
  readonly loader: boolean;
  /** Driver manifests that a loader would read. */
  readonly manifests: readonly string[];
  /** Version of Mesa's lavapipe, when its manifest is there. */
  readonly mesa: string | undefined;
  /** Device files of GPUs, and those of them that this user may not open. */
  readonly gpuNodes: readonly string[];
  readonly closedNodes: readonly string[];
  /** Version of NVIDIA's kernel module. */
  readonly nvidiaDriver: string | undefined;
  readonly container: boolean;
  /** The embedded SwiftShader: there, its npm package left out, or not made for this platform. */
  readonly embedded: "present" | "package" | "platform";
}

/** The adapter that was found, as far as the problems depend on it. */
export interface FoundForProblems {
  readonly software: boolean;
  /** SwiftShader from the npm package, because the system's drivers gave nothing. */
  readonly embedded: boolean;
}

/** Everything worth mending, the worst first; empty on a machine whose GPU does all that kernels use. */
export function systemProblems(facts: SystemFacts, found: FoundForProblems | undefined): readonly SystemProblem[] {
  if (facts.platform !== "linux") return otherPlatform(facts, found);
  return [
    ...libcProblems(facts),
    ...(found && !found.software ? [] : hardwareProblems(facts)),
    ...(found && !found.embedded ? [] : driverProblems(facts)),
    ...(facts.embedded === "package" && (!found || found.software) ? [missingPackage] : []),
  ];
}

/** One sentence for the error about a wish that could not be met, given the names of the adapters that there are: what is wrong and what to do. */
export function whyNoAdapter(wish: AdapterWish, facts: SystemFacts, names: readonly string[]): string {
  const linux = facts.platform === "linux";
  switch (wish.kind) {
    case "any":
      return withFirst("no GPU and no software adapter could be opened", systemProblems(facts, undefined));
    case "gpu":
      return withFirst("no GPU could be opened", linux ? [...noGpu(facts), ...hardwareProblems(facts)] : otherPlatform(facts, undefined));
    case "software":
      return withFirst("no software adapter could be opened", linux ? systemProblems(facts, undefined) : []);
    case "swiftshader":
      if (facts.embedded === "package") return withFirst("SwiftShader could not be opened", [missingPackage]);
      return "SwiftShader could not be opened: npm carries it for Linux on x64 with glibc alone; fix: unset KINDLING_ADAPTER";
    case "named": {
      const wanted = `no adapter here has "${wish.name}" in its name`;
      if (names.length > 0) return `${wanted}; KINDLING_ADAPTER can be gpu, software, swiftshader or part of one of: ${names.join("; ")}`;
      return withFirst(wanted, systemProblems(facts, undefined));
    }
  }
}

function withFirst(wanted: string, problems: readonly SystemProblem[]): string {
  const first = problems[0];
  return first ? `${wanted}: ${first.what}; fix: ${first.fix}` : `${wanted}; run kindling doctor to see what this machine has`;
}

function otherPlatform({ platform }: SystemFacts, found: FoundForProblems | undefined): SystemProblem[] {
  if (!found) {
    const what = "no adapter was found";
    return [
      {
        what,
        fix: platform === "win32" ? "update the graphics driver; Direct3D 12 is needed" : "macOS 12 or newer with a Metal GPU is needed",
      },
    ];
  }
  if (found.software)
    return [{ what: "training runs on the processor: only a software adapter was found", fix: "install or update the graphics driver" }];
  return [];
}

function libcProblems({ glibc }: SystemFacts): SystemProblem[] {
  if (glibc === undefined) {
    return [
      {
        what: "Dawn and the embedded SwiftShader need glibc, and this system (Alpine?) has another C library",
        fix: "use an image based on Debian or Ubuntu, such as node:22-bookworm",
      },
    ];
  }
  if (olderThan(glibc, 2, 34)) return [{ what: `glibc ${glibc} is too old: Dawn needs 2.34`, fix: "use Debian 12, Ubuntu 22.04 or newer" }];
  return [];
}

function noGpu({ gpuNodes, nvidiaDriver }: SystemFacts): SystemProblem[] {
  if (gpuNodes.length > 0 || nvidiaDriver !== undefined) return [];
  return [
    {
      what: "this machine shows no GPU (no /dev/dri/renderD*, no /dev/nvidia*)",
      fix: "pass it to the container (docker run --gpus all), or let a software adapter do: unset KINDLING_ADAPTER",
    },
  ];
}

/** Why a GPU that has a device file is not used. */
function hardwareProblems({ gpuNodes, closedNodes, nvidiaDriver, manifests, container, root }: SystemFacts): SystemProblem[] {
  const sudo = root ? "" : "sudo ";
  const problems: SystemProblem[] = [];
  if (closedNodes.length > 0) {
    problems.push({
      what: `this user may not open ${closedNodes.join(", ")}`,
      fix: `${sudo}usermod -aG render,video $(id -un), then log in again`,
    });
  }
  const nvidia = nvidiaDriver !== undefined || gpuNodes.some((node) => node.includes("nvidia"));
  if (nvidia && !manifests.some((manifest) => /nvidia/i.test(manifest))) {
    const what = `an NVIDIA GPU is here (driver ${nvidiaDriver ?? "unknown"}), but its Vulkan driver is not`;
    const fix = container
      ? "start the container with the graphics capability: docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all"
      : `${sudo}apt-get install -y libvulkan1 libnvidia-gl-${nvidiaDriver?.split(".")[0] ?? "VERSION"}, or reinstall NVIDIA's driver with its OpenGL and Vulkan parts`;
    problems.push({ what, fix });
  } else if (nvidia) {
    problems.push({
      what: "an NVIDIA GPU and its Vulkan manifest are here, but the driver does not start",
      fix: `${sudo}ldconfig, or where the driver is mounted: export LD_LIBRARY_PATH=/usr/local/nvidia/lib64; nvidia-smi must work too`,
    });
  } else if (gpuNodes.length > 0 && closedNodes.length === 0) {
    problems.push({
      what: `${gpuNodes.join(", ")} is here, but no driver for it starts`,
      fix: "install the Vulkan driver of the GPU (below for Intel and AMD), then run kindling doctor again",
    });
  }
  return problems;
}

/** Why the system's drivers gave no adapter at all. */
function driverProblems({ loader, manifests, mesa, distribution, root }: SystemFacts): SystemProblem[] {
  const fix = installMesa(distribution, root);
  if (mesa !== undefined && olderThan(mesa, 23, 0)) {
    return [
      {
        what: `Mesa ${mesa} is installed, and Dawn refuses it (shaderUniformBufferArrayDynamicIndexing is missing); 23 or newer is needed`,
        fix,
      },
    ];
  }
  if (manifests.length === 0) {
    const what = loader ? "a Vulkan loader is installed, but no driver" : "no Vulkan loader (libvulkan.so.1) and no driver is installed";
    return [{ what: `${what}; Mesa's lavapipe is faster than the embedded SwiftShader`, fix }];
  }
  if (!loader) return [{ what: `Vulkan drivers are installed (${manifests[0]}), but no loader (libvulkan.so.1)`, fix }];
  return [
    {
      what: `Vulkan drivers are installed (${manifests.join(", ")}), but none starts or Dawn refuses it; its warnings on standard error say why`,
      fix,
    },
  ];
}

const missingPackage: SystemProblem = {
  what: "the optional package with the embedded SwiftShader is not installed",
  fix: "npm ci --include=optional",
};

function olderThan(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a < major || (a === major && b < minor);
}
