// `npm run build`: the command as one folder, dist/, to be run as `node apps/cli/dist/main.js`; a clone needs none of this (see bin/kindling.mjs).
import { fileURLToPath } from "node:url";
import { bundleInto } from "./bin/bundle.mjs";

await bundleInto(fileURLToPath(new URL("dist", import.meta.url)));
