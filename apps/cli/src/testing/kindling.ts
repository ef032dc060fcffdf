import { runCommandLine } from "../program.ts";

/** Runs a command line in this process; returns the exit status and what was printed. */
export async function kindling(...words: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const status = await runCommandLine(words, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { status, out, err };
}
