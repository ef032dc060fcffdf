import { heatmapDecodings } from "@kindling/pose";
import type { NetworkFile } from "@kindling/trainer";
import type { Command } from "commander";
import { type CommandCall, defineCommand, type Report } from "../command.ts";
import { InputError } from "../exit.ts";
import { exitWorkText } from "../exitText.ts";
import { flipKey, flipTest } from "../flipTest.ts";
import { networkKeys, networkOptions } from "../networkKeys.ts";
import { assemblyOf, findsAllPersons, sceneKeys, sceneScaleOf } from "../sceneKeys.ts";
import type { Shell } from "../shell.ts";

const keys = {
  weights: { kind: "path", required: true, help: "a run folder, or a weights file (.safetensors, .pth)" },
  box: { kind: "numbers", length: 4, help: "x,y,width,height of the person in every image, in pixels (default: the whole image)" },
  out: { kind: "path", help: "folder for predictions.json and the pictures (default predictions)" },
  scoreThreshold: { kind: "number", help: "joints with a lower score are not drawn (default 0.2)" },
  exit: { kind: "number", help: "of a network with several exits: leave at the first whose mean peak is so high (default: the last)" },
  tensor: { kind: "path", help: "instead of images: a safetensors file whose tensor x [n,3,h,w] is fed to the network as it is" },
  heatmaps: {
    kind: "path",
    help: "with tensor: the safetensors file to write, tensor heatmaps [n,k,h',w']; simcc_x and simcc_y [n,k,bins] of RTMPose",
  },
  flip: flipKey,
  decode: {
    kind: "choice",
    choices: heatmapDecodings,
    help: "how key points are read (default: the run's evaluate.decode, else quarter; SimCC: argmax or dark)",
  },
  skeleton: {
    kind: "text",
    help: "what the key points are, for pictures and flip: coco17, or a JSON or YAML file (default: the run's, else by their number)",
  },
  ...sceneKeys,
  ...networkKeys,
} as const;

/** `kindling predict IMAGE… weights=…`, and `kindling predict --tensor IN weights=… heatmaps=OUT`. */
export function predict(shell: Shell): Command {
  return defineCommand(shell, {
    name: "predict",
    summary: "finds the key points of a person, or of all persons, in images, or runs the network alone on a tensor",
    operands: [
      {
        name: "IMAGE",
        help: "pictures of one person each, or of any number for networks that find all persons",
        optional: true,
        many: true,
      },
    ],
    keys,
    run: (call) => (call.values.tensor === undefined ? predictImages(call) : predictTensor(call, call.values.tensor)),
  });
}

async function predictImages(call: CommandCall<typeof keys>): Promise<Report> {
  const { operands: files, values, progress, signal } = call;
  const { box, out = "predictions", scoreThreshold = 0.2 } = values;
  if (files.length === 0) throw new InputError("IMAGE is missing: name one or more pictures, or give tensor=IN.safetensors");
  if (values.heatmaps !== undefined) throw new InputError("heatmaps is for tensor=IN.safetensors; images give key points");
  const [x = 0, y = 0, width = 0, height = 0] = box ?? [];
  if (box && !(width > 0 && height > 0)) throw new InputError(`box must be x,y,width,height with an inside; got ${box.join(",")}`);
  const { readNetworkFile } = await import("@kindling/trainer");
  const { predictPictures } = await import("../predictPictures.ts");
  const network = await readNetworkFile(values.weights, networkOptions(values));
  if (findsAllPersons(network)) return predictAllPersons(call, network, scoreThreshold);
  for (const name of ["height", "scales"] as const) {
    if (values[name]) throw new InputError(`${name} is for networks that find all persons; ${network.model.card.name} finds one in a box`);
  }
  const flip = flipTest(values, network);
  if (!box) progress.note("no box is given, so the whole image is taken as the person's; give box=x,y,width,height for a person in it");
  const given = box ? { x, y, width, height } : undefined;
  const decode = heatmapDecodings.find((known) => known === values.decode);
  const predicted = await predictPictures({ ...values, flip, decode, files, network, box: given, out, scoreThreshold, progress, signal });
  const lines = predicted.pictures.map(({ prediction, picture, shown }) => {
    const joints = prediction.keypoints.length / 3;
    const left = prediction.exit === undefined ? "" : `, left at ${prediction.exit}`;
    return `${prediction.file_name}: score ${prediction.score.toFixed(3)}, ${shown} of ${joints} joints drawn in ${picture}${left}`;
  });
  return {
    json: {
      predictions: predicted.pictures.map(({ prediction }) => prediction),
      out,
      ...(predicted.work ? { meanMacs: predicted.work.meanMacs, left: predicted.work.left } : {}),
    },
    text: [...lines, ...(predicted.work ? [exitWorkText(predicted.work, predicted.work.exits)] : []), predicted.file].join("\n"),
  };
}

async function predictAllPersons(call: CommandCall<typeof keys>, network: NetworkFile, scoreThreshold: number): Promise<Report> {
  const { operands: files, values, progress, signal } = call;
  const { out = "predictions", grouping } = values;
  for (const name of ["box", "exit", "decode", "skeleton"] as const) {
    if (values[name] !== undefined)
      throw new InputError(`${name} is for networks of one person; ${network.model.card.name} finds all persons`);
  }
  const { predictScenes } = await import("../predictScenes.ts");
  const find = { scale: sceneScaleOf(network, values), flip: flipTest(values, network), assembly: assemblyOf(grouping) };
  const { pictures, file } = await predictScenes({ files, network, find, out, scoreThreshold, progress, signal });
  const lines = pictures.map(({ file, picture, persons }) => `${file}: ${persons.length} persons in ${picture}`);
  return { json: { predictions: pictures.flatMap(({ persons }) => persons), out }, text: [...lines, file].join("\n") };
}

async function predictTensor({ operands, values, progress }: CommandCall<typeof keys>, tensor: string): Promise<Report> {
  const { weights, heatmaps } = values;
  if (heatmaps === undefined) throw new InputError("heatmaps=OUT.safetensors is missing: the file to write");
  if (operands.length > 0) throw new InputError(`there is no place for "${operands[0]}": give images or tensor, not both`);
  for (const name of ["box", "out", "scoreThreshold", "exit", "decode", "skeleton", "encoding", "input", "height", "scales"] as const) {
    if (values[name] !== undefined) throw new InputError(`${name} is for images; the network alone takes the tensor as it is`);
  }
  const { readNetworkFile } = await import("@kindling/trainer");
  const { heatmapsOfTensor } = await import("../heatmapsOfTensor.ts");
  const readNetwork = (input: readonly [number, number]) => readNetworkFile(weights, { ...networkOptions(values), input });
  const { shapes, milliseconds } = await heatmapsOfTensor({ readNetwork, tensor, heatmaps, progress });
  const made = Object.entries(shapes);
  return {
    json: { shape: made[0]![1], ...(made.length > 1 ? { shapes } : {}), milliseconds },
    text: `${made.map(([name, shape]) => `${name} [${shape.join(", ")}]`).join(", ")} in ${heatmaps}, ${milliseconds.toFixed(1)} ms`,
  };
}
