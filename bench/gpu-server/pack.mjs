// `npm run pack:gpu [-- out=DIR] [node=FILE] [loader=FILE] [compression=xz|gz]`: Kindling as one folder for a GPU server without internet.
// What is in it and how it is used stands in docs/gpu-server.md. Plain JavaScript: Node 20 cannot run TypeScript.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { bundleInto, root } from "../../apps/cli/bin/bundle.mjs";
import { packedFiles } from "./packedFiles.mjs";

const mostMebibytes = 60;
const here = import.meta.dirname;
const platform = `${process.platform}-${process.arch}`;

/** A command line that says nothing that can be done. */
class WordsError extends Error {}

try {
  await pack(readWords(process.argv.slice(2)));
} catch (error) {
  console.error(`pack: ${error.message}`);
  process.exitCode = error instanceof WordsError ? 2 : 1;
}

async function pack({ out, node, loader, compression }) {
  refuseUnfit(node);
  process.chdir(root); // the bundle's comments name files relative to this folder
  const work = mkdtempSync(path.join(os.tmpdir(), "kindling-pack-"));
  try {
    const [folder, result] = [path.join(work, "payload"), path.join(work, "result")];
    mkdirSync(result);
    say("collecting");
    for (const { from, to } of packedFiles(root, platform)) copy(from, path.join(folder, to));
    await bundleInto(path.join(folder, "apps/cli/dist"));
    await bundleRunner(path.join(folder, "bench/gpu-server/main.mjs"));
    copy(node, path.join(folder, "bin/node"));
    chmodSync(path.join(folder, "bin/node"), 0o755);
    if (loader) copy(loader, path.join(folder, "lib/libvulkan.so.1"));
    run("find", [path.join(folder, "apps"), "-name", "*.map", "-delete"]); // they name this machine's folders
    strip(path.join(folder, "bin/node"), []);
    strip(path.join(folder, `node_modules/webgpu/dist/${platform}/dawn.node`), ["--strip-unneeded"]);
    refuseOwnPaths(folder);
    const versions = tryOut(folder);
    say(`compressing (${compression})`);
    compress(folder, path.join(result, `payload.tar.${compression}`), compression);
    copy(path.join(here, "run-all.sh"), path.join(result, "run-all.sh"));
    const packed = { ...versions, platform, commit: commit(), packed: new Date().toISOString() };
    writeFileSync(path.join(result, "packed.json"), `${JSON.stringify(packed)}\n`);
    const mebibytes = statSync(path.join(result, `payload.tar.${compression}`)).size / 2 ** 20;
    if (mebibytes > mostMebibytes) throw new Error(`the pack has ${mebibytes.toFixed(1)} MiB, more than ${mostMebibytes}`);
    place(result, out);
    say(`${out}: ${mebibytes.toFixed(1)} MiB; on the server: bash ${path.basename(out)}/run-all.sh`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function readWords(words) {
  const given = { out: "kindling-gpu", node: process.execPath, loader: undefined, compression: has("xz") ? "xz" : "gz" };
  for (const word of words) {
    const [, key, value] = /^(?:--)?([a-z]+)=(.+)$/.exec(word) ?? [];
    if (!(key in given)) throw new WordsError(`"${word}" is none of out=DIR, node=FILE, loader=FILE, compression=xz|gz`);
    given[key] = key === "compression" ? value : path.resolve(value);
  }
  if (!["xz", "gz"].includes(given.compression)) throw new WordsError(`compression must be xz or gz; got "${given.compression}"`);
  for (const key of ["node", "loader"]) {
    if (given[key] && !existsSync(given[key])) throw new WordsError(`${key}: there is no file ${given[key]}`);
  }
  given.out = path.resolve(given.out);
  return given;
}

/** A pack runs where it was made for: Linux, on this machine's processor. */
function refuseUnfit(node) {
  if (process.platform !== "linux") throw new Error(`packs are made on Linux, for Linux; this is ${platform}`);
  const asked = "JSON.stringify([process.versions.node, process.config.variables.node_shared, process.arch])";
  const [version, shared, arch] = JSON.parse(run(node, ["-p", asked]));
  const [major, minor] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`${node} is Node ${version}; 20.19 or newer is needed`);
  if (shared)
    throw new Error(`${node} needs libnode.so of this system; give node=FILE, one from nodejs.org or of the npm package node-${platform}`);
  if (arch !== process.arch) throw new Error(`${node} is for ${arch}, and the packages installed here are for ${process.arch}`);
}

async function bundleRunner(outfile) {
  const { build } = await import("esbuild");
  const entry = path.join(here, "main.ts");
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", platform: "node", target: "node20.19", logLevel: "silent" });
}

function strip(file, options) {
  if (has("strip")) run("strip", [...options, file]);
  else say(`there is no strip here: ${path.basename(file)} stays larger than it need be`);
}

/** Starts what was collected without this machine's environment, so that nothing but the pack can be used. */
function tryOut(folder) {
  const code =
    'await import("webgpu"); const { default: sharp } = await import("sharp"); console.log(JSON.stringify({ node: process.versions.node, libvips: sharp.versions.vips }))';
  const node = path.join(folder, "bin/node");
  const bare = { cwd: folder, env: { PATH: "/nowhere", HOME: folder } };
  const loaded = JSON.parse(run(node, ["--input-type=module", "-e", code], bare));
  const kindling = run(node, ["apps/cli/dist/main.js", "--version"], bare).trim();
  return { kindling, ...loaded };
}

/** A pack names no folder of the machine that made it. */
function refuseOwnPaths(folder) {
  const own = [root, os.homedir()].filter((place) => path.dirname(place) !== place).map((place) => place.replace(/\/$/, ""));
  for (const place of own) {
    const { stdout } = spawnSync("grep", ["-rlIF", "--", `${place}/`, folder], { encoding: "utf8" });
    if (stdout !== "") throw new Error(`${path.relative(folder, stdout.split("\n")[0])} names ${place}, a folder of this machine`);
  }
}

function compress(folder, file, compression) {
  const program = compression === "xz" ? "xz -6 -T0" : "gzip -9";
  const plain = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go+r"];
  run("tar", [...plain, `--use-compress-program=${program}`, "-cf", file, "-C", folder, "."]);
}

function commit() {
  const git = (...words) => spawnSync("git", words, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? "";
  const hash = git("rev-parse", "HEAD");
  if (hash === "") return "unknown";
  return git("status", "--porcelain") === "" ? hash : `${hash}, with changes`;
}

/** Puts the finished folder in its place; an older pack makes way, anything else does not. */
function place(result, out) {
  if (existsSync(out) && !existsSync(path.join(out, "packed.json")))
    throw new Error(`${out} is there already and is no pack; give another out=DIR`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(path.dirname(out), { recursive: true });
  run("cp", ["-r", result, `${out}.new`]); // the folder for temporary files may be another file system
  renameSync(`${out}.new`, out);
}

function copy(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function has(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

function run(program, words, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", ...options });
  if (status !== 0) throw new Error(`${[program, ...words].join(" ")}: ${error?.message ?? (stderr.trim() || `ended with ${status}`)}`);
  return stdout;
}

function say(text) {
  console.error(text);
}
