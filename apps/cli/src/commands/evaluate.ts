import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { exitTable, exitWorkText, sweepTable } from "../exitText.ts";
import { networkKeys, networkOptions } from "../networkKeys.ts";
import { findsAllPersons, sceneKeys } from "../sceneKeys.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";
import { evaluateAllPersons } from "./evaluateAllPersons.ts";

/** `kindling evaluate RUN-or-WEIGHTS [data=…]`: PCK of a network on a data set, per joint. */
export function evaluate(shell: Shell): Command {
  return defineCommand(shell, {
    name: "evaluate",
    summary: "measures a network on a data set: PCK, per joint; of networks that find all persons, COCO's AP",
    operands: [{ name: "RUN-or-WEIGHTS", help: "a run folder, or a weights file (.safetensors, .pth)" }],
    keys: {
      data: { kind: "path", help: "COCO-style annotations (default: the validation set of the run)" },
      images: { kind: "path", help: "folder of the images (default: the folder of the annotations)" },
      boxes: { kind: "choice", choices: ["truth"], default: "truth", help: "where the persons' boxes come from: the annotations" },
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
      out: { kind: "path", help: "folder for sample pictures (default: the samples of a run folder; none for a weights file)" },
      flip: { kind: "flag", help: "networks that find all persons: also look at the mirrored image, and take the mean" },
      ...sceneKeys,
      ...networkKeys,
    },
    async run({ operands: [target], values, progress, signal }) {
      if (values.threshold === 0) throw new InputError("threshold must be above 0");
      if (values.images !== undefined && values.data === undefined)
        throw new InputError("images is given without data; give data=ANN.json");
      const { readNetworkFile } = await import("@kindling/trainer");
      const { evaluateNetwork } = await import("../evaluateNetwork.ts");
      const network = await readNetworkFile(target!, networkOptions(values)); // the one operand, checked
      if (findsAllPersons(network)) return evaluateAllPersons({ ...values, network, progress, signal });
      for (const name of ["flip", "height", "scales"] as const) {
        if (values[name])
          throw new InputError(`${name} is for networks that find all persons; ${network.model.card.name} finds one in a box`);
      }
      const { norm, threshold, boxes } = values;
      const exit = exitOf(values.exit);
      const result = await evaluateNetwork({ ...values, exit, norm: norm === "torso" ? "torso" : "box", network, progress, signal });
      const { pck, joints, persons, leftOut, loss, dataset, picture, exits, early, sweep } = result;
      if (leftOut > 0) progress.note(`${leftOut} persons without a labelled torso are not counted`);
      const measure = `PCK@${threshold}${norm === "torso" ? " of the torso" : ""}`;
      const rows = joints.map(({ name, fraction, labels }) => [name, fraction === null ? "–" : fraction.toFixed(3), String(labels)]);
      const footer = [
        `${persons} persons of ${dataset}, boxes: ${boxes}${loss === undefined ? "" : `, loss ${loss.toPrecision(4)}`}`,
        ...(picture ? [picture] : []),
        ...(exits ? ["", exitTable(exits, measure)] : []),
        ...(exits && sweep ? ["", sweepTable(sweep, exits, measure)] : []),
        ...(exits && early ? [`exit=${early.exit}: ${measure} ${early.pck.toFixed(3)}, ${exitWorkText(early, exits)}`] : []),
      ];
      return {
        json: {
          pck,
          perJoint: Object.fromEntries(joints.map(({ name, fraction }) => [name, fraction])),
          persons,
          boxes,
          ...(loss === undefined ? {} : { loss }),
          threshold,
          norm,
          dataset,
          ...(picture ? { picture } : {}),
          ...(exits ? { exits } : {}),
          ...(early ? { early } : {}),
          ...(sweep ? { sweep } : {}),
        },
        text: [textTable([["joint", measure, "labels"], ...rows, ["mean", pck.toFixed(3), ""]]), ...footer].join("\n"),
      };
    },
  });
}

function exitOf(text: string | undefined): number | "sweep" | undefined {
  if (text === undefined || text === "sweep") return text;
  const exit = Number(text);
  if (text.trim() === "" || !Number.isFinite(exit)) throw new InputError(`exit must be a number or sweep, not "${text}"`);
  return exit;
}
