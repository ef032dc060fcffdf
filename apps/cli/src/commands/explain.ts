import type { NetworkFile } from "@kindling/trainer";
import type { Command } from "commander";
import { type CommandCall, defineCommand, type Report } from "../command.ts";
import { InputError } from "../exit.ts";
import { networkKeys, networkOptions } from "../networkKeys.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

const keys = {
  weights: { kind: "path", help: "EigenCAM: a run folder, or a weights file (.safetensors, .pth)" },
  layer: { kind: "text", help: "EigenCAM: inner tensors by their paths, a,b (default: the network's stages)" },
  box: { kind: "numbers", length: 4, help: "EigenCAM: x,y,width,height of the person in every image (default: the whole image)" },
  cka: { kind: "flag", help: "centred kernel alignment between the stages of two runs or weights files" },
  worst: { kind: "flag", help: "the persons where a run's predictions are farthest from the labels" },
  disagreement: { kind: "flag", help: "the persons where they are farthest from those of the recipe's teacher" },
  temperature: { kind: "flag", help: "what temperatures and logit scales make of the heatmaps of a run's teacher" },
  temperatures: { kind: "numbers", default: [1, 2, 4, 8], help: "temperature: these" },
  logitScales: { kind: "numbers", default: [1, 10, 100], help: "temperature: heatmaps times these are logits" },
  teacher: { kind: "text", help: "disagreement, temperature: which one, where the recipe has several, by its name" },
  data: { kind: "path", help: "COCO-style annotations (default: the validation set of the first run)" },
  images: { kind: "path", help: "folder of the images (default: the folder of the annotations)" },
  limit: { kind: "integer", min: 1, help: "only the first so many persons" },
  batchSize: { kind: "integer", min: 4, default: 16, help: "persons at a time; with cka the minibatch, which changes little" },
  features: {
    kind: "choice",
    choices: ["pooled", "flattened"],
    default: "pooled",
    help: "cka: a layer's means over the pixels, or the channels of some pixels",
  },
  positions: { kind: "integer", min: 1, default: 64, help: "cka with flattened: so many pixels, spread evenly over the map" },
  count: { kind: "integer", min: 1, default: 24, help: "worst, disagreement: persons in the picture" },
  out: { kind: "path", default: "explained", help: "folder for pictures and numbers" },
  ...networkKeys,
} as const;

type Call = CommandCall<typeof keys>;

/** `kindling explain IMAGE… weights=…`, `explain RUN-A RUN-B cka`, `explain RUN worst`, `disagreement` and `temperature`. */
export function explain(shell: Shell): Command {
  return defineCommand(shell, {
    name: "explain",
    summary: "shows what a network looks at (EigenCAM), how alike two are inside (CKA), where one fails, and what softening does",
    operands: [{ name: "IMAGE-or-RUN", help: "pictures of one person each; with cka two runs or weights files; else one", many: true }],
    keys,
    run(call) {
      const { cka, worst, disagreement, temperature } = call.values;
      const modes = Object.entries({ cka, worst, disagreement, temperature }).flatMap(([mode, on]) => (on ? [mode] : []));
      if (modes.length > 1) throw new InputError(`${modes.join(" and ")} are different questions; ask one at a time`);
      if (cka) return alignment(call);
      if (temperature) return softening(call);
      return worst || disagreement ? samples(call) : pictures(call);
    },
  });
}

async function pictures({ operands: files, values, progress, signal }: Call): Promise<Report> {
  const { weights, layer, box, out } = values;
  if (weights === undefined)
    throw new InputError(
      "weights=RUN-or-WEIGHTS is missing: the network that looks at the pictures; or give cka, worst, disagreement or temperature",
    );
  const [x = 0, y = 0, width = 0, height = 0] = box ?? [];
  if (box && !(width > 0 && height > 0)) throw new InputError(`box must be x,y,width,height with an inside; got ${box.join(",")}`);
  const { readNetworkFile } = await import("@kindling/trainer");
  const { explainPictures } = await import("../explain/explainPictures.ts");
  const network = await readNetworkFile(weights, networkOptions(values));
  const given = box ? { x, y, width, height } : undefined;
  const made = await explainPictures({ files, network, box: given, layers: layer?.split(","), out, progress, signal });
  return { json: { ...made }, text: made.files.join("\n") };
}

async function alignment({ operands, values, progress, signal }: Call): Promise<Report> {
  const [first, second, third] = operands;
  if (first === undefined || second === undefined || third !== undefined)
    throw new InputError("cka compares two: give two runs or weights files");
  const { readNetworkFile } = await import("@kindling/trainer");
  const { explainAlignment } = await import("../explain/explainAlignment.ts");
  const networks: readonly [NetworkFile, NetworkFile] = [
    await readNetworkFile(first, networkOptions(values)),
    await readNetworkFile(second, networkOptions(values)),
  ];
  const features = values.features === "pooled" ? { kind: "pooled" as const } : { kind: "flattened" as const, positions: values.positions };
  const made = await explainAlignment({ ...values, networks, names: [first, second], features, progress, signal });
  const rows = made.cka.map((row, i) => [made.rows[i]!, ...row.map((value) => (Number.isNaN(value) ? "–" : value.toFixed(3)))]);
  return { json: { ...made }, text: [textTable([["CKA", ...made.columns], ...rows]), `${made.persons} persons`, ...made.files].join("\n") };
}

async function samples({ operands, values, progress, signal }: Call): Promise<Report> {
  const [target, other] = operands;
  const mode = values.worst ? "worst" : "disagreement";
  if (other !== undefined) throw new InputError(`${mode} looks at one run; there is no place for "${other}"`);
  const { readNetworkFile } = await import("@kindling/trainer");
  const { explainSamples } = await import("../explain/explainSamples.ts");
  const network = await readNetworkFile(target!, networkOptions(values)); // defineCommand asks for one
  const teacher = values.disagreement ? await readTeacher(network, target!, { mode, name: values.teacher }) : null;
  const made = await explainSamples({ ...values, network, teacher, progress, signal });
  const rows = made.samples.map(({ id, image, distance }) => [id, distance.toFixed(3), image]);
  return { json: { ...made }, text: [textTable([["person", "distance", "image"], ...rows]), ...made.files].join("\n") };
}

async function softening({ operands, values, progress, signal }: Call): Promise<Report> {
  const [target, other] = operands;
  if (other !== undefined) throw new InputError(`temperature looks at one run; there is no place for "${other}"`);
  for (const key of ["temperatures", "logitScales"] as const) {
    const wrong = values[key].find((value) => !(value > 0));
    if (wrong !== undefined || values[key].length === 0)
      throw new InputError(`${key}: expected numbers above 0; got ${values[key].join(",")}`);
  }
  const { readNetworkFile } = await import("@kindling/trainer");
  const { explainTemperature } = await import("../explain/explainTemperature.ts");
  const student = await readNetworkFile(target!, networkOptions(values)); // defineCommand asks for one
  const teacher = await readTeacher(student, target!, { mode: "temperature", name: values.teacher });
  const made = await explainTemperature({ ...values, student, teacher, progress, signal });
  const rows = made.softened.map(({ logitScale, temperature, cells, divergence, gradient }) => [
    String(logitScale),
    String(temperature),
    cells.toFixed(1),
    divergence.toPrecision(4),
    made.limits[values.logitScales.indexOf(logitScale)]!.toPrecision(4),
    gradient.toPrecision(3),
  ]);
  const table = textTable([["logitScale a", "T", `cells of ${made.cells}`, "T² KL", "a²/2 variance", "gradient"], ...rows]);
  const peak = ({ count, mean }: { count: number; mean: number | null }): string => `${mean?.toFixed(3) ?? "–"} (${count})`;
  const { near, far } = made.peaks;
  const sure = `the teacher's peak: ${peak(near)} where it lies within two cells of the label, ${peak(far)} elsewhere`;
  return { json: { ...made }, text: [table, sure, `${made.joints} labelled joints of ${made.persons} persons`, ...made.files].join("\n") };
}

/** The teacher of a run's recipe, of several the one of a name, fed as the recipe says. */
async function readTeacher(
  { run, model, input }: NetworkFile,
  target: string,
  { mode, name }: { readonly mode: string; readonly name: string | undefined },
): Promise<NetworkFile> {
  const { readNetworkFile, taughtJoints, teachersOf } = await import("@kindling/trainer");
  const teachers = run ? teachersOf(run.recipe) : [];
  if (!run || teachers.length === 0)
    throw new InputError(`${mode}: ${run ? "the recipe" : "a weights file"} names no teacher; give a run with one, not ${target}`);
  const names = teachers.length > 1 ? teachers.map(({ path }) => path.slice("teacher.".length)) : [];
  if (names.length === 0 && name !== undefined)
    throw new InputError(`teacher: the recipe has one alone, without a name; leave out ${name}`);
  const chosen = names.length === 0 ? teachers[0] : teachers[names.indexOf(name ?? "")];
  if (!chosen) throw new InputError(`teacher: expected one of the recipe's, ${names.join(", ")}; got ${name ?? "none"}`);
  const { weights, cache: _, ...network } = chosen.recipe;
  const teacher = await readNetworkFile(weights, { ...network, ...(input ? { input } : {}) });
  if (taughtJoints(run.recipe, chosen.recipe, { student: model.card, teacher: teacher.model.card }))
    throw new InputError(`${mode} compares joint by joint, and the teacher ${network.model} knows other joints than the student`);
  return teacher;
}
