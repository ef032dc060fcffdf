/** A Linux distribution as /etc/os-release names it. */
export interface Distribution {
  /** ID, then ID_LIKE: "ubuntu debian". */
  readonly ids: readonly string[];
  /** VERSION_ID, "12"; empty for rolling ones. */
  readonly version: string;
  /** VERSION_CODENAME, "bookworm". */
  readonly codename: string;
}

/** Reads the text of /etc/os-release. */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map([...text.matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm)].map((match) => [match[1]!, match[2]!]));
  const words = (name: string): string[] => (fields.get(name) ?? "").split(" ").filter((word) => word !== "");
  return {
    ids: [...words("ID"), ...words("ID_LIKE")],
    version: fields.get("VERSION_ID") ?? "",
    codename: fields.get("VERSION_CODENAME") ?? "",
  };
}

/** The command that installs a Vulkan loader and Mesa's drivers, recent enough for Dawn, among them lavapipe. */
export function installMesa(distribution: Distribution, root: boolean): string {
  const sudo = root ? "" : "sudo ";
  for (const id of distribution.ids) {
    switch (id) {
      case "debian":
      case "ubuntu":
        if (id === "debian" && distribution.version === "12") return backports(distribution.codename, root);
        return `${sudo}apt-get update && ${sudo}apt-get install -y libvulkan1 mesa-vulkan-drivers`;
      case "fedora":
      case "rhel":
        return `${sudo}dnf install -y vulkan-loader mesa-vulkan-drivers`;
      case "arch":
        return `${sudo}pacman -S --needed vulkan-icd-loader vulkan-swrast`;
      case "suse":
      case "opensuse":
        return `${sudo}zypper install -y libvulkan1 libvulkan_lvp`;
    }
  }
  return "install your distribution's Vulkan loader (libvulkan.so.1) and Mesa's Vulkan drivers, 23 or newer";
}

/** Debian 12's own Mesa, 22.3.6, is too old for Dawn; its backports have 25. */
function backports(codename: string, root: boolean): string {
  const sudo = root ? "" : "sudo ";
  const line = `deb http://deb.debian.org/debian ${codename}-backports main`;
  const file = "/etc/apt/sources.list.d/backports.list";
  const add = root ? `echo '${line}' > ${file}` : `echo '${line}' | sudo tee ${file}`;
  return `${add} && ${sudo}apt-get update && ${sudo}apt-get install -y -t ${codename}-backports libvulkan1 mesa-vulkan-drivers`;
}
