import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Shell } from "../shell.ts";

/** `kindling coco-eval truth=GT.json detections=DT.json`: COCO's ten numbers for key points, exactly pycocotools'. */
export function cocoEval(shell: Shell): Command {
  return defineCommand(shell, {
    name: "coco-eval",
    summary: "evaluates key points by OKS: the ten numbers of pycocotools, exactly, and where they come from",
    operands: [],
    keys: {
      truth: { kind: "path", required: true, mustExist: true, help: "COCO-style annotations" },
      detections: { kind: "path", required: true, mustExist: true, help: "results, [{ image_id, category_id, keypoints, score }]" },
      sigmas: {
        kind: "text",
        help: "a skeleton's name or file (JSON, YAML), a JSON list, or numbers 0.026,0.025,… (default: the skeleton that fits the file)",
      },
      area: {
        kind: "choice",
        choices: ["file", "box"],
        default: "file",
        help: "the persons' areas: the file's, or 0.53 of the box (CrowdPose, AIC)",
      },
      rules: {
        kind: "choice",
        choices: ["pycocotools", "xtcocotools"],
        default: "pycocotools",
        help: "xtcocotools (mmpose): leaves out detections whose key points all score 0, and counts labels itself",
      },
      parts: { kind: "choice", choices: ["wholebody"], help: "also body, foot, face and hands of COCO-WholeBody, by xtcocotools' rules" },
      crowd: { kind: "flag", help: "also AP by CrowdPose's crowdIndex, by its rules: easy, medium, hard" },
      joints: { kind: "flag", help: "also each joint: its AP alone, the share found, the mean similarity" },
      sizes: { kind: "flag", help: "also AP in finer ranges of person areas" },
      errors: { kind: "flag", help: "also jitter, inversion, swap and miss, and the AP that each costs" },
      intervals: { kind: "integer", min: 100, help: "also 95 % intervals over images, from so many resampled sets (1000)" },
      against: { kind: "path", mustExist: true, help: "other results for the same images: differences, paired over 1000 resampled sets" },
      seed: { kind: "integer", min: 0, default: 0, help: "seed of the resampling" },
    },
    async run({ values, progress, signal }) {
      if (values.parts && values.crowd) throw new InputError("parts and crowd are of different data sets; give one of them");
      const { evaluateResults } = await import("../cocoEval/evaluateResults.ts");
      const { evaluationText } = await import("../cocoEval/evaluationText.ts");
      const result = await evaluateResults({
        ...values,
        area: values.area === "box" ? "box" : "file",
        rules: values.rules === "xtcocotools" ? "xtcocotools" : "pycocotools",
        wholeBody: values.parts !== undefined,
        signal,
      });
      for (const note of result.notes) progress.note(note);
      const { evaluation, explanations, chosen, jointNames, notes, joints, crowd, ...rest } = result;
      const { counts, sizes: sizeCounts, perThreshold, ...numbers } = evaluation;
      return {
        json: {
          ...numbers,
          persons: counts.persons,
          images: counts.images,
          detections: counts.detections,
          perThreshold,
          counts: { ...counts, medium: sizeCounts.medium, large: sizeCounts.large },
          sigmas: chosen.name,
          explanations,
          notes,
          ...rest,
          ...(joints ? { joints: Object.fromEntries(joints.map((joint, k) => [jointNames[k], joint])) } : {}),
          ...(crowd ? { crowd: { easy: crowd.AP_E, medium: crowd.AP_M, hard: crowd.AP_H } } : {}),
        },
        text: evaluationText(result),
      };
    },
  });
}
