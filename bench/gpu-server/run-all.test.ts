import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** A pack without anything in it but a `node` that says what it was started with. */
function makePack(folder: string, says: string): void {
  const payload = path.join(folder, "payload");
  mkdirSync(path.join(payload, "bin"), { recursive: true });
  writeFileSync(path.join(payload, "bin/node"), `#!/bin/sh\nshift\necho "${says} $* $KINDLING_OUT $KINDLING_PACK"\n`);
  chmodSync(path.join(payload, "bin/node"), 0o755);
  const { status, stderr } = spawnSync("tar", ["-czf", path.join(folder, "payload.tar.gz"), "-C", payload, "."], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  writeFileSync(path.join(folder, "packed.json"), `{"packed":"${says}"}`);
  copyFileSync(path.join(import.meta.dirname, "run-all.sh"), path.join(folder, "run-all.sh"));
}

test.skipIf(process.platform === "win32")("run-all.sh unpacks once, again for another pack, and hands its words on", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kindling-run-all-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = (...words: readonly string[]): string => {
    const env = { PATH: process.env.PATH, OUT: "/results" };
    const { stdout, stderr } = spawnSync("bash", [path.join(folder, "run-all.sh"), ...words], { encoding: "utf8", env, cwd: tmpdir() });
    return `${stdout}${stderr}`;
  };
  makePack(folder, "first");
  expect(start("doctor", "--quick")).toBe(`first doctor --quick /results ${folder}/unpacked\n`);
  writeFileSync(path.join(folder, "unpacked/bin/node"), "#!/bin/sh\necho kept\n");
  expect(start()).toBe("kept\n");
  makePack(folder, "second");
  expect(start()).toBe(`second  /results ${folder}/unpacked\n`);
});
