import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import type { Shell } from "../shell.ts";

/** `kindling teacher-cache RECIPE`: the teacher's heatmaps of every training person, once. */
export function teacherCache(shell: Shell): Command {
  return defineCommand(shell, {
    name: "teacher-cache",
    summary: "computes the teacher's heatmaps of every training person once; recipes use them by teacher.cache",
    operands: [{ name: "RECIPE", help: "a recipe (YAML) with a teacher" }],
    keys: {
      out: { kind: "path", help: "folder to write (default: the recipe's teacher.cache, else teacher-cache beside its training data)" },
    },
    overrides: "replaces a value of the recipe: batchSize=32, data.limit=100",
    async run({ operands: [file], values: { out }, overrides, progress, signal }) {
      const { cacheTeacher, readRecipe } = await import("@kindling/trainer");
      const { openTunedDevice } = await import("../tune/tunedDevice.ts");
      const recipe = await readRecipe(file!, Object.fromEntries(overrides.map(({ key, value }) => [key, value]))); // the one operand, checked
      let begun = false;
      const {
        file: stored,
        directory,
        samples,
        made,
        rounding,
      } = await cacheTeacher({
        recipe,
        ...(out === undefined ? {} : { directory: out }),
        async openDevice() {
          const device = await openTunedDevice((text) => progress.note(text));
          progress.note(`on ${device.info.description || device.info.device} (${device.info.software ? "software" : device.info.backend})`);
          return device;
        },
        onProgress(done, total) {
          if (!begun) progress.begin("teacher", total, done);
          begun = true;
          progress.update(done);
          if (signal.aborted && done < total) progress.note("stopped; the same command goes on from here");
          if (done < total) signal.throwIfAborted();
        },
      });
      const bytes = stored.records * stored.recordBytes;
      const { largestError, largestValue } = rounding;
      const text = [
        `${stored.path}: heatmaps of ${samples} persons, ${made === 0 ? "up to date" : `${made} computed`}, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
        ...(made > 0
          ? [`stored as f16: rounded by at most ${largestError.toExponential(1)}, values up to ${largestValue.toPrecision(3)}`]
          : []),
        `train without the teacher's forward pass: teacher.cache=${directory}`,
      ];
      return {
        json: { samples, bytes, file: stored.path, directory, made, ...(made > 0 ? { rounding } : {}) },
        text: text.join("\n"),
      };
    },
  });
}
