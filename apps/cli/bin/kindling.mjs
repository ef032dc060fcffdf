#!/usr/bin/env node
// The command `kindling` in a clone: bundles the sources when they have changed, then runs the bundle.

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`kindling: needs Node 20.19 or newer, and this is ${process.version}; install a newer one from https://nodejs.org`);
  process.exit(1);
}

const debug = process.env.KINDLING_DEBUG === "1";
if (debug) process.setSourceMapsEnabled(true);

const folder = await bundleFolder();
await import(new URL("main.js", folder).href);

async function bundleFolder() {
  try {
    const { bundle, markUsed } = await import("./bundle.mjs");
    const { pathToFileURL } = await import("node:url");
    const made = await bundle();
    setInterval(() => markUsed(made), 60 * 60 * 1000).unref(); // worker entries are read from it during the whole run
    return pathToFileURL(`${made}/`);
  } catch (error) {
    if (error.code === "ERR_MODULE_NOT_FOUND")
      console.error("kindling: its dependencies are not installed; run `npm ci` in the repository");
    else if (error.code === "EACCES" || error.code === "EROFS") {
      console.error(`kindling: cannot write its bundle (${error.message}); run it as the user who ran \`npm ci\``);
    } else console.error(debug ? error : `kindling: the sources do not bundle: ${error.message}`);
    process.exit(1);
  }
}
