import { ForksPoolWorker, type PoolRunnerInitializer } from "vitest/node";

/**
 * vitest's `forks` (a process for each test file), which also notes in `ends` how the process of a file ended that nobody had asked to: vitest
 * says only that one did, neither of which file nor why. Files are absolute paths.
 */
export function observedForks(ends: Map<string, string>): PoolRunnerInitializer {
  return {
    name: "observedForks",
    createPoolWorker(options) {
      const worker = new ForksPoolWorker(options);
      let files: readonly string[] = [];
      let stopping = false;
      return {
        name: "observedForks",
        cacheFs: worker.cacheFs,
        on: (event, callback) => worker.on(event, callback),
        off: (event, callback) => worker.off(event, callback),
        send(message) {
          if (message.type === "run") files = message.context.files.map(({ filepath }) => filepath);
          worker.send(message);
        },
        deserialize: (data) => worker.deserialize(data),
        async start() {
          await worker.start();
          // The listeners of a child process get two arguments where vitest's type knows one.
          worker.on("exit", (...ended: readonly [status: number | null, signal?: string | null]) => {
            if (!stopping) for (const file of files) ends.set(file, endText(...ended));
          });
        },
        async stop() {
          stopping = true;
          await worker.stop();
        },
      };
    },
  };
}

function endText(status: number | null, signal?: string | null): string {
  if (signal === "SIGKILL") return "its process was ended by SIGKILL, which the system sends where memory runs out";
  return signal ? `its process was ended by ${signal}` : `its process ended with status ${status}`;
}
