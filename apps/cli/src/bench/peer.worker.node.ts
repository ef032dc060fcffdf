// The process of one peer: gives it Kindling's adapter as navigator.gpu, loads its module, and runs it when asked.
import { openGpu, prepareSoftwareAdapter } from "@kindling/gpu";
import type { PeerModule, PeerReply, PeerRequest, PeerResult, PeerTask } from "./peerMessage.ts";

let run: (() => Promise<PeerResult>) | undefined;
let last: Promise<void> = Promise.resolve();

process.on("message", (request: PeerRequest) => {
  last = last.then(async () => reply(await answer(request)));
});

async function answer(request: PeerRequest): Promise<PeerReply> {
  try {
    if (request.kind === "create") return await create(request.task);
    if (!run) throw new Error("a run is asked for before there is a peer");
    const begin = performance.now();
    const result = await run();
    const milliseconds = performance.now() - begin;
    if (typeof result === "object" && "milliseconds" in result) return { kind: "ran", ...result };
    return { kind: "ran", milliseconds, result };
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

async function create(task: PeerTask): Promise<PeerReply> {
  // Lets a peer with a Dawn of its own find the embedded SwiftShader too, where that is what we compute on.
  await prepareSoftwareAdapter();
  const { gpu, adapter } = await openGpu({ validate: task.validate });
  const navigator = { gpu, userAgent: "node", hardwareConcurrency: 2 };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
  const { createPeer } = (await import(task.module)) as PeerModule; // a module of bench/peers
  const peer = await createPeer(task);
  run = () => peer.run();
  return { kind: "created", version: peer.version, adapter, reduced: peer.reduced ?? false };
}

function reply(message: PeerReply): void {
  process.send?.(message); // absent only when this file was not forked
}
