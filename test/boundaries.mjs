// Fails when an import points the wrong way: `node test/boundaries.mjs [ROOT]` prints one line a violation. Part of `npm run lint`.
// The rules stand in ARCHITECTURE.md; this file is plain JavaScript so that it runs before anything is built or bundled.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { tokensOf } from "./boundariesTokens.mjs";

/** What each package may import of ours. Apps may import every package, and no app. */
const arrows = {
  gpu: [],
  kernels: ["gpu"],
  autograd: ["gpu", "kernels"],
  models: ["gpu", "kernels", "autograd"],
  pose: [],
  data: ["pose"],
  trainer: ["gpu", "kernels", "autograd", "models", "pose", "data"],
  proof: ["gpu", "kernels", "autograd", "models", "pose"],
};

const nodeOnlyPackages = new Set(["sharp", "webgpu"]);
const deviceMethod =
  /^create(Buffer|ShaderModule|BindGroup|BindGroupLayout|PipelineLayout|QuerySet|CommandEncoder|ComputePipeline(Async)?)$/;
const sourceFile = /\.(ts|tsx|mjs)$/;
const testFile = /\.test\.tsx?$/;

/** The violations of every source file under ROOT/packages and ROOT/apps, as lines `file:line: what is wrong`. */
export function boundaryViolations(root) {
  return ["packages", "apps"].flatMap((group) =>
    foldersOf(path.join(root, group)).flatMap((name) => {
      const owner = { group, name, folder: path.join(root, group, name) };
      if (group === "packages" && !(name in arrows)) {
        return [`packages/${name}: has no place in the arrows; give it one in test/boundaries.mjs and in ARCHITECTURE.md`];
      }
      const files = sourcesOf(owner.folder).map((file) => readSource(file, owner));
      return [...files.flatMap((file) => violationsOf(file, root)), ...cyclesOf(files, root)];
    }),
  );
}

function foldersOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function sourcesOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && entry.name !== "dist")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) return sourcesOf(at);
      return sourceFile.test(entry.name) ? [at] : [];
    });
}

function readSource(file, owner) {
  const tokens = tokensOf(readFileSync(file, "utf8"));
  return { file, owner, tokens, imports: importsOf(tokens) };
}

/** The specifiers a file imports or re-exports from; `typeOnly` ones are gone when the program runs. */
function importsOf(tokens) {
  const imports = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== "word" || tokens[i - 1]?.text === ".") continue;
    const next = tokens[i + 1];
    if (token.text === "import" && next?.kind === "string") imports.push({ specifier: next.text, line: next.line, typeOnly: false });
    else if ((token.text === "import" || token.text === "require") && next?.text === "(" && tokens[i + 2]?.kind === "string") {
      imports.push({ specifier: tokens[i + 2].text, line: next.line, typeOnly: false });
    } else if (token.text === "import" || token.text === "export") {
      const source = clauseSource(tokens, i);
      if (source)
        imports.push({ specifier: source.text, line: source.line, typeOnly: next?.text === "type" && tokens[i + 2]?.text !== "from" });
    }
  }
  return imports;
}

/** The string after `from` of the import or export clause that starts at `start`, if it is one. */
function clauseSource(tokens, start) {
  for (let i = start + 1; i < tokens.length; i++) {
    const { kind, text } = tokens[i];
    if (text === "from" && tokens[i + 1]?.kind === "string") return tokens[i + 1];
    const inClause =
      kind === "word" ? !/^(const|let|var|function|class|interface|default|declare|async|abstract)$/.test(text) : "{},*".includes(text);
    if (!inClause && kind !== "string") return undefined;
  }
  return undefined;
}

function violationsOf({ file, owner, tokens, imports }, root) {
  const where = path.relative(root, file).split(path.sep).join("/");
  const found = [];
  const report = (line, message) => found.push(`${where}:${line}: ${message}`);
  for (const { specifier, line } of imports) {
    const message = specifier.startsWith(".") ? relativeViolation(file, specifier, owner) : packageViolation(file, specifier, owner);
    if (message) report(line, message);
  }
  for (const [i, { kind, text, line }] of tokens.entries()) {
    if (
      owner.name !== "gpu" &&
      kind === "word" &&
      deviceMethod.test(text) &&
      /^\??\.$/.test(tokens[i - 1]?.text) &&
      tokens[i + 1]?.text === "("
    ) {
      report(line, `calls GPUDevice.${text}; only packages/gpu may (use its Device)`);
    }
    const mayHoldShaders = owner.name === "kernels" || (owner.name === "gpu" && testFile.test(file));
    if (!mayHoldShaders && (kind === "template" || kind === "string") && text.includes("@compute")) {
      report(line, "contains WGSL; shaders belong to packages/kernels");
    }
  }
  return found;
}

function relativeViolation(file, specifier, owner) {
  const target = path.resolve(path.dirname(file), specifier);
  if (!path.relative(owner.folder, target).startsWith("..")) return undefined;
  return `imports "${specifier}", which leaves ${owner.group}/${owner.name}; import another package by its name`;
}

function packageViolation(file, specifier, owner) {
  const ours = /^@kindling\/([^/]+)(\/.+)?$/.exec(specifier);
  if (ours) return arrowViolation(file, ours[1], ours[2], owner);
  const nodeOnly = isBuiltin(specifier) || nodeOnlyPackages.has(specifier.split("/")[0]);
  if (nodeOnly && !mayUseNode(file, owner)) {
    return `imports "${specifier}", which no browser has; move that part to a *.node.ts file`;
  }
  return undefined;
}

function arrowViolation(file, name, deep, owner) {
  if (deep) return `imports "@kindling/${name}${deep}"; a package is imported by its name alone`;
  if (name === owner.name) return `imports its own package by name; use the relative path of the file`;
  if (owner.group === "apps") return name in arrows ? undefined : `imports @kindling/${name}, an app`;
  if (arrows[owner.name].includes(name)) return undefined;
  // A test may compare with anything that the proof sees.
  if (testFile.test(file) && (name === "proof" || arrows.proof.includes(name))) return undefined;
  if (name === "proof") return "imports @kindling/proof, which only tests and apps may import";
  return `imports @kindling/${name}, against the arrows (${owner.name} may import ${arrows[owner.name].join(", ") || "nothing of ours"})`;
}

/** Files that run in Node only: the command line, tests, `*.node.ts`, and scripts, which lie outside `src`. */
function mayUseNode(file, owner) {
  return (
    (owner.group === "apps" && owner.name === "cli") ||
    /\.(node|test)\.tsx?$/.test(file) ||
    !path.relative(owner.folder, file).startsWith("src")
  );
}

/** One violation for each group of files that import each other in a circle; type-only imports make no circle at run time. */
function cyclesOf(files, root) {
  const edges = new Map(
    files.map(({ file, imports }) => [
      file,
      imports
        .filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
        .map(({ specifier }) => path.resolve(path.dirname(file), specifier)),
    ]),
  );
  const reported = new Set();
  const found = [];
  for (const { file } of files) {
    const cycle = reported.has(file) ? undefined : shortestCycle(file, edges);
    if (!cycle) continue;
    for (const member of cycle) reported.add(member);
    const names = cycle.map((member) => path.relative(root, member).split(path.sep).join("/"));
    found.push(`${names[0]}:1: imports itself in a circle: ${[...names, names[0]].join(" → ")}`);
  }
  return found;
}

/** The files of the shortest way from `start` back to itself, or undefined. */
function shortestCycle(start, edges) {
  const cameFrom = new Map();
  const queue = [start];
  for (const file of queue) {
    for (const target of edges.get(file) ?? []) {
      if (target === start) {
        const cycle = [file];
        while (cycle[0] !== start) cycle.unshift(cameFrom.get(cycle[0]));
        return cycle;
      }
      if (cameFrom.has(target) || !edges.has(target)) continue;
      cameFrom.set(target, file);
      queue.push(target);
    }
  }
  return undefined;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = path.resolve(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), ".."));
  const violations = boundaryViolations(root);
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) console.error(`${violations.length} imports or calls cross a boundary`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
