// PyTorch, eager: on CUDA where its build and the machine have it, else on the processor. A Python of its own computes; this module hands it the task.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** See peer.worker.node.ts. */
export async function createPeer({ backend, task, weights, x, target, learningRate, python }) {
  const child = spawn(python, [fileURLToPath(new URL("../pytorch/peer.py", import.meta.url))], { stdio: ["pipe", "pipe", "pipe"] });
  const answers = new Answers(child, python);
  const tensors = [...weights, ["x", x], ["target", target]];
  const head = { backend, task, learningRate, tensors: tensors.map(([name, { shape }]) => [name, shape]) };
  child.stdin.write(`${JSON.stringify(head)}\n`);
  for (const [, { data }] of tensors) child.stdin.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const { version, reduced } = await answers.line();
  return {
    version,
    reduced,
    async run() {
      child.stdin.write("run\n");
      const { milliseconds, loss, bytes } = await answers.line();
      if (loss !== undefined) return { milliseconds, result: loss };
      const body = await answers.take(bytes);
      return { milliseconds, result: new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + bytes)) };
    },
  };
}

/** What a process prints, taken line by line or by the byte. */
class Answers {
  #chunks = [];
  #printed = "";
  #failure;
  #wake = () => undefined;

  constructor(child, python) {
    child.stdout.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    child.stderr.on("data", (chunk) => {
      this.#printed = (this.#printed + chunk).slice(-2000);
    });
    child.stdin.on("error", () => undefined); // its end is told below
    const fail = (reason) => {
      this.#failure ??= new Error(reason);
      this.#wake();
    };
    child.on("error", ({ message }) => fail(`there is no Python to run: ${message}; give python=PATH`));
    child.on("close", (code) => {
      const last = this.#printed.trim().split("\n").at(-1);
      const missing = /No module named 'torch'/.test(last) ? `${python} has no PyTorch; give python=PATH of one that has` : undefined;
      fail(missing ?? `${python} ended with ${code}: ${last}`);
    });
  }

  async line() {
    let end = this.#all().indexOf(10);
    while (end < 0) {
      await this.#more();
      end = this.#all().indexOf(10);
    }
    return JSON.parse(String(await this.take(end + 1)));
  }

  async take(count) {
    while (this.#all().length < count) await this.#more();
    const all = this.#all();
    this.#chunks = [all.subarray(count)];
    return all.subarray(0, count);
  }

  #all() {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0];
  }

  async #more() {
    if (this.#failure) throw this.#failure;
    await new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
