import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { PeerModule } from "./peerMessage.ts";

const module = pathToFileURL(path.join(import.meta.dirname, "../../../../bench/peers/pyTorch.mjs")).href;
const tensor = (...data: readonly number[]) => ({ shape: [1, 1, 1, data.length], data: Float32Array.from(data) });
const task = {
  module,
  backend: "f32",
  learningRate: 0.5,
  validate: true,
  weights: new Map([["w", tensor(1, 2)]]),
  x: tensor(3, 4, 5),
  target: tensor(6),
} as const;

/** An interpreter that is this program, whatever it is told to run. */
async function interpreter(program: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-python-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "python");
  await writeFile(file, `#!${process.execPath}\n${program}`);
  await chmod(file, 0o755);
  return file;
}

/** Reads the task, answers with its numbers: the loss is their sum, the heatmaps are they. */
const echo = `
const { once } = require("node:events");
let seen = Buffer.alloc(0);
const take = async (enough) => {
  while (enough(seen) < 0) seen = Buffer.concat([seen, (await once(process.stdin, "data"))[0]]);
  const end = enough(seen);
  const part = seen.subarray(0, end);
  seen = seen.subarray(end);
  return part;
};
const line = (data) => data.indexOf(10) < 0 ? -1 : data.indexOf(10) + 1;
(async () => {
  const { task, learningRate, tensors } = JSON.parse(await take(line));
  const size = 4 * tensors.flatMap(([, shape]) => shape.reduce((a, b) => a * b)).reduce((a, b) => a + b);
  const data = Buffer.from(await take((all) => all.length < size ? -1 : size));
  const numbers = Array.from({ length: size / 4 }, (_, i) => data.readFloatLE(4 * i));
  console.log(JSON.stringify({ version: tensors.map(([name]) => name).join(), reduced: false }));
  for (;;) {
    await take(line);
    if (task === "step") console.log(JSON.stringify({ milliseconds: 7, loss: learningRate * numbers.reduce((a, b) => a + b) }));
    else {
      const head = JSON.stringify({ milliseconds: 8, bytes: size }) + "\\n";
      process.stdout.write(Buffer.concat([Buffer.from(head), data.subarray(0, 5)]));
      setTimeout(() => process.stdout.write(data.subarray(5)), 20);
    }
  }
})();`;

test.skipIf(process.platform === "win32")("the Python process gets every tensor, and its times and results come back whole", async () => {
  const { createPeer } = (await import(module)) as PeerModule;
  const python = await interpreter(echo);
  const step = await createPeer({ ...task, task: "step", python });
  expect(step).toMatchObject({ version: "w,x,target", reduced: false });
  expect([await step.run(), await step.run()]).toEqual([1, 2].map(() => ({ milliseconds: 7, result: 10.5 })));
  const forward = await createPeer({ ...task, task: "forward", python });
  const heatmaps = { milliseconds: 8, result: Float32Array.of(1, 2, 3, 4, 5, 6) };
  expect([await forward.run(), await forward.run()]).toEqual([heatmaps, heatmaps]);
});

test.skipIf(process.platform === "win32")("a machine without Python or PyTorch is told so, and how to name another", async () => {
  const { createPeer } = (await import(module)) as PeerModule;
  const step = { ...task, task: "step" } as const;
  await expect(createPeer({ ...step, python: "/nowhere/python" })).rejects.toThrow(/there is no Python to run: .*give python=PATH/);
  const bare = await interpreter(`console.error("ModuleNotFoundError: No module named 'torch'"); process.exit(1);`);
  await expect(createPeer({ ...step, python: bare })).rejects.toThrow(/has no PyTorch; give python=PATH/);
  const broken = await interpreter(`console.error("Traceback\\nValueError: no such device"); process.exit(3);`);
  await expect(createPeer({ ...step, python: broken })).rejects.toThrow("ended with 3: ValueError: no such device");
});
