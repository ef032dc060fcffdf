import { expect, test } from "vitest";
import { installMesa, parseOsRelease } from "./installCommand.ts";
import { type SystemFacts, systemProblems, whyNoAdapter } from "./systemProblems.ts";

const debian12 = parseOsRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n');
const bare: SystemFacts = {
  platform: "linux",
  glibc: "2.36",
  distribution: debian12,
  root: false,
  loader: false,
  manifests: [],
  mesa: undefined,
  gpuNodes: [],
  closedNodes: [],
  nvidiaDriver: undefined,
  container: false,
  embedded: "present",
};
const lavapipe = { loader: true, manifests: ["/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"] };
const onSwiftShader = { software: true, embedded: true };
const onLavapipe = { software: true, embedded: false };
const onHardware = { software: false, embedded: false };
const texts = (...parameters: Parameters<typeof systemProblems>): string =>
  systemProblems(...parameters)
    .map(({ what, fix }) => `${what} → ${fix}`)
    .join("\n");

test("a GPU, and lavapipe where there is no GPU, have no problems", () => {
  expect(systemProblems({ ...bare, ...lavapipe, gpuNodes: ["/dev/dri/renderD128"] }, onHardware)).toEqual([]);
  expect(systemProblems({ ...bare, ...lavapipe, mesa: "25.0.7" }, onLavapipe)).toEqual([]);
});

test("a bare machine is told how to install Mesa's drivers, from backports on Debian 12", () => {
  expect(texts(bare, onSwiftShader)).toMatch(/no Vulkan loader.*apt-get install -y -t bookworm-backports libvulkan1 mesa-vulkan-drivers/);
});

test("a loader without a driver, and drivers without a loader, are told apart", () => {
  expect(texts({ ...bare, loader: true }, onSwiftShader)).toMatch(/^a Vulkan loader is installed, but no driver/);
  expect(texts({ ...bare, ...lavapipe, loader: false }, undefined)).toMatch(/lvp_icd.*but no loader \(libvulkan\.so\.1\)/);
});

test("Debian 12's own Mesa is named with its version as the reason for its refusal", () => {
  expect(texts({ ...bare, ...lavapipe, mesa: "22.3.6" }, onSwiftShader)).toMatch(
    /^Mesa 22\.3\.6 is installed, and Dawn refuses it.*backports/,
  );
});

test("an NVIDIA GPU without its Vulkan driver: the container's capability, or the driver's package", () => {
  const nvidia = { ...bare, gpuNodes: ["/dev/nvidia0"], nvidiaDriver: "580.159.03" };
  expect(texts({ ...nvidia, container: true }, onSwiftShader)).toMatch(
    /^an NVIDIA GPU is here \(driver 580\.159\.03\).*NVIDIA_DRIVER_CAPABILITIES=all/,
  );
  expect(texts(nvidia, onSwiftShader)).toMatch(/sudo apt-get install -y libvulkan1 libnvidia-gl-580/);
});

test("software while a GPU has a device file is a problem, and so is a device file without permission", () => {
  const node = { gpuNodes: ["/dev/dri/renderD128"] };
  expect(texts({ ...bare, ...lavapipe, ...node }, onLavapipe)).toMatch(/^\/dev\/dri\/renderD128 is here, but no driver for it starts/);
  expect(texts({ ...bare, ...lavapipe, ...node, closedNodes: node.gpuNodes }, onLavapipe)).toMatch(
    /^this user may not open.*sudo usermod -aG render,video/,
  );
});

test("musl, an old glibc and the missing package are each named", () => {
  expect(texts({ ...bare, glibc: undefined }, undefined)).toMatch(/need glibc/);
  expect(texts({ ...bare, glibc: "2.31" }, undefined)).toMatch(/glibc 2\.31 is too old/);
  expect(texts({ ...bare, embedded: "package" }, undefined)).toMatch(/npm ci --include=optional/);
});

test("the error about a name lists the names that there are; the one about a GPU says that there is none", () => {
  expect(whyNoAdapter({ kind: "named", name: "H200" }, bare, ["llvmpipe (LLVM 15)"])).toMatch(/"H200".*llvmpipe \(LLVM 15\)/);
  expect(whyNoAdapter({ kind: "gpu" }, bare, [])).toMatch(/^no GPU could be opened: this machine shows no GPU/);
  expect(whyNoAdapter({ kind: "swiftshader" }, { ...bare, embedded: "package" }, [])).toMatch(/npm ci --include=optional/);
});

test("each distribution gets its own command, with sudo only for users", () => {
  const command = (text: string, root = true): string => installMesa(parseOsRelease(text), root);
  expect(command('ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie')).toBe(
    "apt-get update && apt-get install -y libvulkan1 mesa-vulkan-drivers",
  );
  expect(command("ID=linuxmint\nID_LIKE=ubuntu", false)).toMatch(/^sudo apt-get update && sudo apt-get/);
  expect(command('ID="rocky"\nID_LIKE="rhel centos fedora"')).toMatch(/^dnf/);
  expect(command("ID=arch")).toMatch(/^pacman/);
  expect(command("ID=plan9")).toMatch(/install your distribution's/);
});
