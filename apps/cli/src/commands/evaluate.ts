import { existsSync } from "node:fs";
import { heatmapDecodings } from "@kindling/pose";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { flipKey } from "../flipTest.ts";
import { networkKeys, networkOptions } from "../networkKeys.ts";
import { readingKeys, readingRecipeOf } from "../readingKeys.ts";
import { findsAllPersons, sceneKeys } from "../sceneKeys.ts";
import type { Shell } from "../shell.ts";
import { evaluateAllPersons } from "./evaluateAllPersons.ts";

/** `kindling evaluate RUN-or-WEIGHTS [data=…]`: PCK and COCO's AP of a network on a data set, per joint. */
export function evaluate(shell: Shell): Command {
  return defineCommand(shell, {
    name: "evaluate",
    summary: "measures a network on a data set: PCK, COCO's AP and AR, per joint, with confidence intervals",
    operands: [{ name: "RUN-or-WEIGHTS", help: "a run folder, or a weights file (.safetensors, .pth)" }],
    keys: {
      data: { kind: "path", help: "annotations (default: the validation set of the run)" },
      images: { kind: "path", help: "folder of the images (default: the folder of the annotations)" },
      boxes: {
        kind: "text",
        default: "truth",
        help: "where the persons' boxes come from: the annotations, or a detector's results (JSON), by which there is no PCK",
      },
      flip: flipKey,
      decode: {
        kind: "choice",
        choices: heatmapDecodings,
        help: "how key points are read (default: the run's evaluate.decode, else quarter; SimCC: argmax or dark)",
      },
      threshold: { kind: "number", min: 0, default: 0.1, help: "a joint is found within this fraction of the norm" },
      norm: {
        kind: "choice",
        choices: ["box", "torso"],
        default: "box",
        help: "the longer side of the person's box, or the distance from left shoulder to right hip",
      },
      exit: {
        kind: "text",
        help: "of a network with several exits: also leave at the first whose mean peak is so high (0.6), one person at a time; sweep: a table of such thresholds",
      },
      batchSize: { kind: "integer", min: 1, default: 16, help: "persons at a time" },
      limit: { kind: "integer", min: 1, help: "only the first so many persons" },
      results: { kind: "path", help: "file for the detections in COCO's form, which `kindling coco-eval` reads" },
      out: { kind: "path", help: "folder for sample pictures (default: the samples of a run folder; none for a weights file)" },
      ...readingKeys,
      ...sceneKeys,
      ...networkKeys,
    },
    async run({ operands: [target], values, progress, signal }) {
      if (values.threshold === 0) throw new InputError("threshold must be above 0");
      if (values.images !== undefined && values.data === undefined)
        throw new InputError("images is given without data; give data=ANN.json");
      const boxes = values.boxes === "truth" ? undefined : values.boxes;
      if (boxes !== undefined && !existsSync(boxes)) throw new InputError(`boxes: ${boxes}: there is no such file; give truth or a file`);
      const { readNetworkFile } = await import("@kindling/trainer");
      const { evaluateNetwork } = await import("../evaluateNetwork.ts");
      const { evaluationJson, networkEvaluationText } = await import("../evaluationReport.ts");
      const network = await readNetworkFile(target!, networkOptions(values)); // the one operand, checked
      const reading = await readingRecipeOf(values);
      if (findsAllPersons(network)) {
        for (const name of ["decode", "results", "minKeypoints", "minArea"] as const) {
          if (values[name] !== undefined)
            throw new InputError(`${name} is for networks that find one person in a box; ${network.model.card.name} finds all`);
        }
        if (boxes !== undefined) throw new InputError(`boxes: ${network.model.card.name} finds all persons by itself, without boxes`);
        return evaluateAllPersons({ ...values, reading, network, progress, signal });
      }
      for (const name of ["height", "scales"] as const) {
        if (values[name])
          throw new InputError(`${name} is for networks that find all persons; ${network.model.card.name} finds one in a box`);
      }
      const norm = values.norm === "torso" ? "torso" : "box";
      const decode = heatmapDecodings.find((known) => known === values.decode);
      const options = { ...values, reading, boxes, decode, exit: exitOf(values.exit), norm } as const;
      const result = await evaluateNetwork({ ...options, network, progress, signal });
      const leftOut = result.keypoints?.leftOut ?? 0;
      if (leftOut > 0) progress.note(`${leftOut} persons without a labelled torso are not counted`);
      return { json: evaluationJson(result, values), text: networkEvaluationText(result, values) };
    },
  });
}

function exitOf(text: string | undefined): number | "sweep" | undefined {
  if (text === undefined || text === "sweep") return text;
  const exit = Number(text);
  if (text.trim() === "" || !Number.isFinite(exit)) throw new InputError(`exit must be a number or sweep, not "${text}"`);
  return exit;
}
