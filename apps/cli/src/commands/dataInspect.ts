import type { DatasetInspection, Problem } from "@kindling/data";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { dataSetOf } from "../dataSetOf.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling data inspect DIR|data=ANN`: what in a data set makes AP 0 or training silently bad. */
export function dataInspect(shell: Shell): Command {
  return defineCommand(shell, {
    name: "inspect",
    summary: "finds what makes AP 0 or training silently bad in a data set; ends with 1 when there are errors, 0 when not",
    operands: [
      { name: "DIR", help: "a folder with annotations.json and images/, as `data synthesize` writes it; or give data=", optional: true },
    ],
    keys: {
      data: { kind: "path", help: "COCO-style annotations, in place of DIR" },
      images: { kind: "path", help: "folder of the images (default: the folder of the annotations)" },
      skeleton: {
        kind: "text",
        help: "what the key points are: a name such as coco17, or a JSON or YAML file (default: what fits the file)",
      },
      validation: { kind: "path", help: "annotations of the other split: images in both are errors" },
      validationImages: { kind: "path", help: "its folder of images (default: that of the data set)" },
      out: { kind: "path", help: "folder that gets inspect.html, a page with pictures" },
      limit: { kind: "integer", min: 1, help: "only the first so many images and their persons" },
    },
    async run({ operands: [folder], values, progress, signal }) {
      const { inspectDataset } = await import("@kindling/data");
      const { annotations, images } = dataSetOf(folder, values);
      const { skeleton, validation, validationImages, out, limit } = values;
      if (out !== undefined) await makeOutputFolder("out", out);
      const chosen = skeleton === undefined ? null : await (await import("@kindling/trainer")).skeletonOf(skeleton);
      let begun = false;
      const inspection = await inspectDataset({
        annotations,
        images,
        ...(chosen ? { skeleton: chosen } : {}),
        ...(validation === undefined ? {} : { against: { annotations: validation, images: validationImages ?? images } }),
        ...(limit === undefined ? {} : { limit }),
        ...(out === undefined ? {} : { out }),
        onProgress(done, total) {
          if (!begun) progress.begin("decoding", total, done);
          begun = true;
          progress.update(done);
          signal.throwIfAborted();
        },
      });
      progress.end();
      const { problems, statistics, page } = inspection;
      const errors = problems.filter(({ severity }) => severity === "error");
      const { keypointsPerPerson, boxSizes, boxAspects, personsPerImage, ...counts } = statistics;
      const distributions = { keypointsPerPerson, boxSizes, boxAspects, personsPerImage };
      const quartiles = Object.fromEntries(Object.entries(distributions).map(([name, values]) => [name, quartilesOf(values)]));
      return {
        json: {
          samples: statistics.persons,
          problems,
          skeleton: inspection.dataset.skeleton.name,
          statistics: { ...counts, ...quartiles },
          ...(page === null ? {} : { page }),
        },
        text: inspectionText(inspection),
        ...(errors.length > 0 ? { failed: `${annotations}: ${errors.length} kind${errors.length === 1 ? "" : "s"} of error` } : {}),
      };
    },
  });
}

function inspectionText({ dataset, problems, statistics, page }: DatasetInspection): string {
  const { persons, images, unlabelledPersons, crowds } = statistics;
  const summary = `${persons} persons with key points (${dataset.skeleton.name}) on ${images} images; ${unlabelledPersons} persons without key points, ${crowds} crowd regions`;
  const pageLine = page === null ? "out=DIR writes a page with pictures of them" : `with pictures: ${page}`;
  if (problems.length === 0) return `${summary}\nno problem found${page === null ? "" : `; ${page}`}`;
  const [heading, ...rows] = textTable([["", "what", "times", "for example"], ...problems.map(problemRow)]).split("\n");
  const told = rows.flatMap((row, i) => {
    const { effect, remedy } = problems[i]!; // a row each
    return [row, `         does: ${effect}`, `         do:   ${remedy}`];
  });
  return [summary, "", heading, ...told, "", pageLine].join("\n");
}

function problemRow({ severity, check, count, examples }: Problem): string[] {
  const { annotation, image, note } = examples[0]!; // a problem has at least one
  const place = [annotation === undefined ? "" : `annotation ${annotation}`, image ?? ""].filter(Boolean).join(", ");
  return [severity, check, String(count), place ? `${place}: ${note}` : note];
}

/** Least, quartiles and most; null of nothing. */
function quartilesOf(values: readonly number[]): readonly number[] | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(sorted[Math.round(share * (sorted.length - 1))]! * 1000) / 1000);
}
