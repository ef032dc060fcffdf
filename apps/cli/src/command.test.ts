import { Command } from "commander";
import { expect, test } from "vitest";
import { type CommandDeclaration, defineCommand } from "./command.ts";
import { Progress } from "./progress.ts";

const echo: CommandDeclaration<{ readonly count: { readonly kind: "integer"; readonly default: 3; readonly help: string } }> = {
  name: "echo",
  summary: "repeats what it was given",
  operands: [
    { name: "DIR", help: "a folder" },
    { name: "IMAGE", help: "pictures", optional: true, many: true },
  ],
  keys: { count: { kind: "integer", default: 3, help: "how often" } },
  async run({ operands, values, event, progress }) {
    progress.note("working");
    event({ step: 1 });
    return { json: { operands, count: values.count }, text: `${operands.join(" ")} ${values.count}` };
  },
};

/** Runs `kindling echo` with these words; returns what it printed and what it threw. */
async function run(words: readonly string[], declaration: typeof echo = echo): Promise<{ out: string; err: string; error: unknown }> {
  let out = "";
  let err = "";
  const progress = new Progress({ write: (text) => (err += text) });
  const stdout = { write: (text: string) => (out += text) };
  const command = defineCommand({ stdout, progress, signal: new AbortController().signal, words }, declaration);
  const program = new Command("kindling").option("--json").addCommand(command);
  command.exitOverride().configureOutput({ writeOut: (text) => (out += text) });
  const error = await program.parseAsync(["echo", ...words], { from: "user" }).catch((thrown: unknown) => thrown);
  return { out, err, error: error === program ? undefined : error };
}

test("without --json the text goes to standard output and notes to standard error", async () => {
  expect(await run(["a", "b.jpg", "--count", "2"])).toEqual({ out: "a b.jpg 2\n", err: "working\n", error: undefined });
});

test("with --json, wherever it stands, events and the report are lines of JSON and nothing else is printed", async () => {
  for (const words of [
    ["a", "--json"],
    ["--json", "a"],
    ["--count", "3", "--json", "a"],
  ]) {
    const { out } = await run(words);
    expect(out).toBe(`{"step":1}\n{"operands":["a"],"count":3}\n`);
  }
});

test("a report that failed is printed, and then ends the command with its reason", async () => {
  const { out, error } = await run(["a", "--json"], {
    ...echo,
    run: async () => ({ json: { failed: 1 }, text: "", failed: "1 of 2 failed" }),
  });
  expect(out).toBe(`{"failed":1}\n`);
  expect(error).toMatchObject({ name: "WorkFailedError", message: "1 of 2 failed" });
});

test("operands are counted", async () => {
  expect((await run([])).error).toMatchObject({ name: "InputError", message: expect.stringContaining("DIR is missing: a folder") });
  const single = { ...echo, operands: [{ name: "DIR", help: "a folder" }] };
  expect((await run(["a", "b"], single)).error).toMatchObject({ message: expect.stringContaining(`no place for "b"`) });
});

test("the help shows operands, types and defaults", async () => {
  const { out } = await run(["--help"]);
  expect(out).toContain("Usage: kindling echo DIR [IMAGE…] [key=value…]");
  expect(out).toMatch(/count=INTEGER +how often \(default 3\)/);
});
