import { runCommandLine } from "./program.ts";

const status = await runCommandLine(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr });
// Exits even when a library holds a handle open, once what was printed has reached a pipe.
process.stdout.write("", () => process.exit(status));
