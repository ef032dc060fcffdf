// `npm run build`: the page as one folder, dist/ (or the folder named on the command line): main.js, style.css and index.html, to be opened
// through any web server or as a file.
import { copyFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "dist"));

const seen = Symbol("resolved by esbuild itself");

rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: [path.join(here, "src/main.ts"), path.join(here, "src/style.css")],
  outdir: folder,
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: "browser", // whatever needs Node does not resolve, so such an import fails here
  conditions: ["browser"],
  format: "iife", // a page opened as a file may not load modules
  target: ["chrome113", "firefox141", "safari26"], // the first with WebGPU
  plugins: [{ name: "our-modules-are-pure", setup: dropUnusedModules }],
});
copyFileSync(path.join(here, "index.html"), path.join(folder, "index.html"));

/** Modules of our packages only declare things, so those that the page does not use can be left out, kernels above all. */
function dropUnusedModules({ onResolve, resolve }) {
  onResolve({ filter: /^(\.|@kindling\/|#)/ }, async ({ path: specifier, importer, kind, resolveDir, pluginData }) => {
    const ours = specifier.startsWith("@kindling/") || importer.includes(`${path.sep}packages${path.sep}`);
    if (pluginData === seen || kind === "entry-point" || !ours) return undefined;
    const result = await resolve(specifier, { importer, kind, resolveDir, pluginData: seen });
    return result.errors.length > 0 ? result : { ...result, sideEffects: false };
  });
}
