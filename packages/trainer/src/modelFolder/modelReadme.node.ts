import path from "node:path";
import { countParameters, type ModelCodec, type PoseModel } from "@kindling/models";
import type { HeatmapEncoding } from "@kindling/pose";
import { stringify } from "yaml";
import type { Recipe } from "../recipe.ts";
import type { EpochResults } from "../results.ts";
import { teachersOf } from "../teachers.ts";
import { modelFiles } from "./modelConfig.ts";

/** How a network was trained, and the epoch that its weights are of where one was validated. */
export interface ModelTraining {
  readonly recipe: Recipe;
  readonly best: EpochResults | undefined;
}

/** A model card: the front matter that the Hugging Face Hub reads, then what the network is, how it is fed, and what was measured. Nothing is guessed. */
export function modelReadme(
  model: PoseModel,
  input: readonly [number, number],
  encoding: HeatmapEncoding | undefined,
  training: ModelTraining | null,
): string {
  const sections = [
    `# ${training?.recipe.name ?? model.card.name}`,
    descriptionOf(model),
    `## Input and output\n\n${inputAndOutput(model, input, encoding)}`,
    ...(training ? [`## Training\n\n${trainingText(training)}`] : []),
    `## Use\n\n${usage(model)}`,
  ];
  return `---\n${frontMatter(model, training)}---\n\n${sections.join("\n\n")}\n`;
}

function frontMatter({ card }: PoseModel, training: ModelTraining | null): string {
  const task = card.codec.kind === "classes" ? "image-classification" : "keypoint-detection";
  const fields = {
    library_name: "kindling",
    pipeline_tag: task,
    tags: [
      ...(card.codec.kind === "classes" ? [] : ["pose-estimation"]),
      ...(training && teachersOf(training.recipe).length > 0 ? ["knowledge-distillation"] : []),
      card.name,
      ...(card.skeleton === null ? [] : [card.skeleton]),
    ],
    ...(training ? { datasets: [nameOf(training.recipe.data.train.data)], ...metricsOf(training, task) } : {}),
  };
  return stringify(fields, { lineWidth: 0 });
}

/** Fields of what the run measured; none where it measured nothing. */
function metricsOf({ recipe, best }: ModelTraining, task: string): object {
  const pck = best?.["validation/pck"];
  if (pck === undefined) return {};
  const dataset = nameOf(recipe.data.validation.data);
  const metric = { type: "pck", name: metricName(recipe), value: pck };
  return {
    metrics: ["pck"],
    "model-index": [
      { name: recipe.name, results: [{ task: { type: task }, dataset: { name: dataset, type: dataset }, metrics: [metric] }] },
    ],
  };
}

function descriptionOf(model: PoseModel): string {
  const { name, joints, skeleton, codec, source } = model.card;
  const what = codec.kind === "classes" ? `${joints} classes` : `${joints} key points${skeleton === null ? "" : ` (${skeleton})`}`;
  return `\`${name}\`, ${countParameters(model).toLocaleString("en")} parameters, ${what}. Weights have the names and layouts of PyTorch's state dict.\n\nSource of the network: ${source}.`;
}

function inputAndOutput({ card }: PoseModel, input: readonly [number, number], encoding: HeatmapEncoding | undefined): string {
  const { channelOrder, mean, std } = card.input;
  const outputs = card.outputs(input).map(({ name, shape }) => {
    const [h, w, c] = shape;
    return `- \`${name}\` [n, ${(shape.length === 3 ? [c, h, w] : shape).join(", ")}]`;
  });
  return `- Input: [n, 3, ${input.join(", ")}], (byte / 255 − mean) / std, channels ${channelOrder.toUpperCase()}, mean [${mean.join(", ")}], std [${std.join(", ")}]
${outputs.join("\n")}

${codecText(card.codec)}${encoding === "udp" ? udpText : ""}`;
}

function codecText(codec: ModelCodec): string {
  switch (codec.kind) {
    case "heatmaps":
      return "One heatmap a key point; the key point is at its peak, the score is the peak's value.";
    case "simcc":
      return `Two vectors a key point, over x and over y, with ${codec.splitRatio} bins a pixel of the input (SimCC).`;
    case "pafs":
      return `Maps of key points and of limbs (part affinity fields) with one cell for ${codec.stride} pixels, of all persons at once.`;
    case "classes":
      return "Scores of classes.";
    default:
      return codec satisfies never;
  }
}

const udpText =
  " It was trained in UDP's coding (Huang et al. 2020): the first and the last cell stand on the first and the last pixel, and crops are cut so too.";

function trainingText({ recipe, best }: ModelTraining): string {
  const { data, losses, optimizer, seed } = recipe;
  const teachers = teachersOf(recipe).map((teacher) => `\`${teacher.recipe.model}\``);
  const facts = [
    `- Trained on \`${path.basename(data.train.data)}\`, validated on \`${path.basename(data.validation.data)}\``,
    ...(teachers.length > 0 ? [`- ${teachers.length > 1 ? "Teachers" : "Teacher"}: ${teachers.join(", ")}`] : []),
    `- Losses: ${losses.map(({ name, kind }) => `${name} (${kind})`).join(", ")}`,
    `- Optimiser: ${optimizer.kind}, learning rate ${optimizer.learningRate}, weight decay ${optimizer.weightDecay}, batches of ${data.batchSize}, seed ${seed}`,
  ];
  const measured = Object.entries(best ?? {}).flatMap(([column, value]) => {
    const name = column.startsWith("validation/") ? column.slice("validation/".length) : null;
    return name === null ? [] : [`| ${name === "pck" ? metricName(recipe) : name} | ${value} |`];
  });
  if (!best) return facts.join("\n");
  return `${facts.join("\n")}\n- Epoch ${best.epoch}, step ${best.step}\n\n| Validation | |\n|---|---|\n${measured.join("\n")}`;
}

function metricName({ pckThreshold }: Recipe): string {
  return `PCK@${pckThreshold} of the box`;
}

function usage({ card }: PoseModel): string {
  const command =
    card.codec.kind === "heatmaps" || card.codec.kind === "simcc"
      ? `\n\n\`\`\`sh\nnpx kindling predict photo.jpg weights=FOLDER box=x,y,width,height\n\`\`\``
      : "";
  return `\`${modelFiles.weights}\` is a safetensors file, \`${modelFiles.config}\` says what Kindling needs to build the network.${command}

As ONNX: \`npx kindling convert FOLDER model.onnx\`.`;
}

/** "person_keypoints_train2017" of a path: no folder of this machine is told. */
function nameOf(file: string): string {
  return path.parse(file).name;
}
