import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import type { Shell } from "../shell.ts";

/** `kindling data synthesize DIR`: pictures of synthetic people with a COCO-style JSON of their key points. */
export function dataSynthesize(shell: Shell): Command {
  return defineCommand(shell, {
    name: "synthesize",
    summary: "draws synthetic people with known key points: JPEG files and a COCO-style JSON",
    operands: [{ name: "DIR", help: "the folder to write; made when absent" }],
    keys: {
      count: { kind: "integer", min: 1, default: 256, help: "pictures" },
      seed: { kind: "integer", min: 0, default: 1, help: "the same seed draws the same people" },
      size: { kind: "size", default: { height: 240, width: 320 }, help: "of each picture, in pixels" },
    },
    async run({ operands: [directory], values: { count, seed, size }, progress, signal }) {
      const { synthesizeDataset } = await import("@kindling/data");
      progress.begin("drawing", count);
      const { samples, annotations, images } = await synthesizeDataset({
        directory: directory!, // the one operand, checked
        count,
        seed,
        ...size,
        onProgress(done) {
          signal.throwIfAborted();
          progress.update(done);
        },
      });
      return {
        json: { samples, annotations, images },
        text: `${samples} persons; train on them with data=${annotations} images=${images}`,
      };
    },
  });
}
