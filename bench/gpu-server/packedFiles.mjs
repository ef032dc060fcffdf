// Which files a pack holds, by their places in a repository: the command finds its reference values, recipes and packages as in a clone.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** A file to copy, and its place in the pack, with "/". */
/** @typedef {{ readonly from: string, readonly to: string }} PackedFile */

/**
 * Every file of a pack but Node, the bundles and packed.json. `platform` is Node's `process.platform`-`process.arch`, such as "linux-x64".
 * @param {string} root top folder of the repository
 * @param {string} platform
 * @returns {readonly PackedFile[]} sorted by place
 */
export function packedFiles(root, platform) {
  const ours = ["package.json", "LICENSE", "recipes", "test/golden", "bench/gpu-server/student.yaml"];
  ours.push("bench/pytorch/networks.py", "bench/pytorch/steps.py");
  const files = ours.flatMap((place) => filesAt(path.join(root, place), place));
  const packages = [...packagesOf(root)].flatMap(([name, folder]) => {
    const needed = partsNeeded(name, platform);
    return filesAt(folder, `node_modules/${name}`).filter(({ to }) => isNeeded(to.slice(`node_modules/${name}/`.length), needed));
  });
  return [...files, ...packages].sort((a, b) => (a.to < b.to ? -1 : 1));
}

/** Packages of which a part is enough: folders or files, beside package.json and what says the licence. */
function partsNeeded(name, platform) {
  if (name === "webgpu") return ["index.js", `dist/${platform}/`];
  if (name === "@sparticuz/chromium") return ["bin/swiftshader.tar.br"]; // Chromium itself is 60 MB
  if (name === "zod") return ["index.js", "v4/"];
  if (name === "yaml") return ["dist/"];
  return [""];
}

function isNeeded(place, parts) {
  if (place === "package.json" || /^licen[cs]e/i.test(place)) return true;
  if (/\.(d\.[cm]?ts|[cm]?ts|map|md)$/.test(place)) return false;
  return parts.some((part) => place.startsWith(part));
}

/** The npm packages that the command needs at run time, by name, with their folders: what its manifests name, and what those need in turn. */
function packagesOf(root) {
  const found = new Map();
  const add = (manifestFolder) => {
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(path.join(manifestFolder, "package.json"), "utf8"));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (name === "esbuild" || found.has(name)) continue; // the command is packed as a bundle, so nothing is bundled there
      if (name.startsWith("@kindling/")) {
        found.set(name, undefined);
        add(path.join(root, "packages", name.slice("@kindling/".length)));
        continue;
      }
      const folder = folderOf(name, manifestFolder, root);
      if (folder === undefined && name in optionalDependencies) continue; // made for another platform
      if (folder === undefined) throw new Error(`the npm package ${name} is not installed; run npm ci`);
      found.set(name, folder);
      add(folder);
    }
  };
  add(path.join(root, "apps/cli"));
  return new Map([...found].filter(([, folder]) => folder !== undefined));
}

/** As Node looks it up, from the one who needs it upwards. Two versions of one package would need two places; none of ours has that. */
function folderOf(name, from, root) {
  const places = [];
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder))
    places.push(path.join(folder, "node_modules", name));
  places.push(path.join(root, "node_modules", name));
  const place = places.find((candidate) => existsSync(path.join(candidate, "package.json")));
  return place && realpathSync(place);
}

/** The files at or below a place, links followed by nobody: packages of packages are found by their manifests. */
function filesAt(from, to) {
  if (!existsSync(from)) throw new Error(`${to} is not in the repository`);
  const entries = (folder, place) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const [at, below] = [path.join(folder, entry.name), `${place}/${entry.name}`];
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : entries(at, below);
      return entry.isFile() ? [{ from: at, to: below }] : [];
    });
  return /\.[a-z]+$|LICENSE$/.test(path.basename(to)) ? [{ from, to }] : entries(from, to);
}
