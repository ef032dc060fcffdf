import path from "node:path";
import type { LoaderSpeed } from "@kindling/data";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { cpuMicroseconds } from "../cpuMicroseconds.ts";
import { dataSetOf } from "../dataSetOf.ts";
import { quarterHeatmaps } from "../quarterHeatmaps.ts";
import { readingKeys, readingOf } from "../readingKeys.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling data crop DIR|data=ANN`: decodes and crops every person once, for recipes to read. */
export function dataCrop(shell: Shell): Command {
  return defineCommand(shell, {
    name: "crop",
    summary: "decodes and crops every person once; recipes use the crops by data.train.crops",
    operands: [
      { name: "DIR", help: "a folder with annotations.json and images/, as `data synthesize` writes it; or give data=", optional: true },
    ],
    keys: {
      data: { kind: "path", help: "COCO-style annotations, in place of DIR" },
      images: { kind: "path", help: "folder of the images (default: the folder of the annotations)" },
      input: { kind: "size", default: { height: 384, width: 288 }, help: "of each crop, in pixels: the recipe's data.input" },
      out: { kind: "path", help: "folder of the crop file (default: crops beside the annotations)" },
      limit: { kind: "integer", min: 1, help: "only the first so many persons" },
      workers: { kind: "integer", min: 0, max: 256, help: "threads (default: as many as the machine can spare)" },
      ...readingKeys,
      measure: { kind: "flag", help: "then time a loader with the crops and without" },
    },
    async run({ operands: [folder], values, progress, signal }) {
      const { cropDataset, measureLoaders } = await import("@kindling/data");
      const { annotations, images } = dataSetOf(folder, values);
      const directory = values.out ?? path.join(path.dirname(annotations), "crops");
      const { input, limit, workers } = values;
      const started = performance.now();
      let begun = false;
      const { file, dataset, made } = await cropDataset({
        annotations,
        images,
        input,
        directory,
        reading: { ...(await readingOf(values)), ...(limit === undefined ? {} : { limit }) },
        ...(workers === undefined ? {} : { workers }),
        onProgress(done, total) {
          if (!begun) progress.begin("cropping", total, done);
          begun = true;
          progress.update(done);
          signal.throwIfAborted();
        },
      });
      const seconds = (performance.now() - started) / 1000;
      progress.end();
      const { length: samples } = dataset.samples;
      const bytes = file.records * file.recordBytes;
      const problems = [...dataset.skipped].map(([reason, count]) => `${count} left out: ${reason}`);
      for (const problem of problems) progress.note(problem);
      const report = { samples, problems, file: file.path, bytes, made, seconds };
      const text = [
        made === 0
          ? `${file.path}: ${samples} crops, up to date`
          : `${file.path}: ${samples} crops, ${made} made in ${seconds.toFixed(1)} s`,
        `${(bytes / 2 ** 20).toFixed(1)} MiB; recipes with input: [${input.height}, ${input.width}] use them by data.train.crops=${directory}`,
      ];
      if (!values.measure) return { json: report, text: text.join("\n") };

      progress.note("measuring a loader with the crops and without");
      const options = {
        dataset,
        input,
        codec: quarterHeatmaps(input),
        batchSize: Math.min(16, samples),
        ...(workers === undefined ? {} : { workers }),
      };
      const [decoded, stored] = await measureLoaders([options, { ...options, stored: { crops: file } }], { cpuMicroseconds });
      const table = speedTable({ decoding: decoded!, "from crops": stored! }); // one speed for each
      return { json: { ...report, loader: { decoded, stored } }, text: [...text, table].join("\n") };
    },
  });
}

function speedTable(speeds: Readonly<Record<string, LoaderSpeed>>): string {
  const rows = Object.entries(speeds).map(([name, { samplesPerSecond, samplesPerCoreSecond }]) => [
    name,
    samplesPerSecond.toFixed(0),
    samplesPerCoreSecond.toFixed(0),
  ]);
  return textTable([["loader", "persons/s", "persons/s a core"], ...rows]);
}
