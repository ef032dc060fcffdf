import path from "node:path";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Shell } from "../shell.ts";

/** `kindling teacher-cache RECIPE`: the heatmaps that its teacher, or each of several that is to have a cache, makes of every training person, once. */
export function teacherCache(shell: Shell): Command {
  return defineCommand(shell, {
    name: "teacher-cache",
    summary: "computes the teacher's heatmaps of every training person once; recipes use them by teacher.cache",
    operands: [{ name: "RECIPE", help: "a recipe (YAML) with a teacher, or several" }],
    keys: {
      out: {
        kind: "path",
        help: "folder to write, with one in it for each of several teachers (default: the recipe's teacher.cache, of several those that have one, else teacher-cache beside its training data)",
      },
    },
    overrides: "replaces a value of the recipe: batchSize=32, data.limit=100",
    async run({ operands: [file], values: { out }, overrides, progress, signal }) {
      const { cacheTeacher, readRecipe, teachersOf } = await import("@kindling/trainer");
      const { openTunedDevice } = await import("../tune/tunedDevice.ts");
      const recipe = await readRecipe(file!, Object.fromEntries(overrides.map(({ key, value }) => [key, value]))); // the one operand, checked
      const all = teachersOf(recipe);
      if (all.length === 0) throw new InputError("teacher: the recipe has none, so there is nothing to cache");
      const withCache = all.filter((teacher) => teacher.recipe.cache !== undefined);
      const teachers = out === undefined && withCache.length > 0 ? withCache : all;
      const made: { readonly key: string; readonly json: Readonly<Record<string, unknown>>; readonly text: string }[] = [];
      for (const teacher of teachers) {
        const name = teacher.path.replace(/^teacher\.?/, "");
        let begun = false;
        const cached = await cacheTeacher({
          recipe,
          teacher,
          ...(out === undefined ? {} : { directory: path.join(out, name) }),
          async openDevice() {
            const device = await openTunedDevice((text) => progress.note(text));
            progress.note(
              `on ${device.info.description || device.info.device} (${device.info.software ? "software" : device.info.backend})`,
            );
            return device;
          },
          onProgress(done, total) {
            if (!begun) progress.begin(teacher.path, total, done);
            begun = true;
            progress.update(done);
            if (signal.aborted && done < total) progress.note("stopped; the same command goes on from here");
            if (done < total) signal.throwIfAborted();
          },
        });
        const { file: stored, directory, samples, rounding } = cached;
        const bytes = stored.records * stored.recordBytes;
        const text = [
          `${stored.path}: heatmaps of ${samples} persons, ${cached.made === 0 ? "up to date" : `${cached.made} computed`}, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
          ...(cached.made > 0
            ? [
                `stored as f16: rounded by at most ${rounding.largestError.toExponential(1)}, values up to ${rounding.largestValue.toPrecision(3)}`,
              ]
            : []),
          `train without the teacher's forward pass: ${teacher.key}.cache=${directory}`,
        ];
        const json = { samples, bytes, file: stored.path, directory, made: cached.made, ...(cached.made > 0 ? { rounding } : {}) };
        made.push({ key: teacher.key, json, text: text.join("\n") });
      }
      return {
        json: recipe.teacher ? made[0]!.json : { teachers: made.map(({ key, json }) => ({ key, ...json })) }, // of the only one
        text: made.map(({ text }) => text).join("\n"),
      };
    },
  });
}
