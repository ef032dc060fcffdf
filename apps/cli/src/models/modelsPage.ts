import {
  type ComparedFigure,
  comparePublished,
  createModel,
  exitCosts,
  type ModelCard,
  nameModule,
  publishedFigures,
  publishedSources,
} from "@kindling/models";
import { bytesText } from "../profile/bytesText.ts";
import { type ListedModel, listedModels, trainingBatch } from "./listedModels.ts";

/** The text of docs/models.md: all networks with their cards and costs, and every published figure beside ours. */
export function modelsPage(): string {
  const models = listedModels();
  return `# Networks

Written by \`npm run docs:models\`, which counts everything here anew; a test fails where this page is not what it writes.
\`npx kindling profile MODEL\` shows the same by layer.

**MACs** are multiply–accumulates of convolutions and linear layers by their definition, for one image. What papers call FLOPs are mostly MACs; the
"GFLOPs" of HRNet's README are MACs / 2³⁰; who counts a multiplication and an addition as two operations gets twice the MACs. Parameters are without
batch norm's running statistics. The published figures follow [below](#published-figures-beside-ours).

## By name

At the input that each was published with, other options at their defaults. Memory is planned, in f32: of a forward pass of one image (batch norms
folded), and of a training step of ${trainingBatch} images with AdamW (parameters, gradients, moments, activations and their gradients).

${table([
  ["network", "key points", "input", "parameters", "MACs", "forward pass", "training step"],
  ["---", "--:", "--:", "--:", "--:", "--:", "--:"],
  ...models.map(({ card, parameters, macs, forwardBytes, trainingBytes }) => [
    `\`${card.name}\``,
    card.codec.kind === "classes" ? "–" : String(card.joints),
    card.inputSize.join(" × "),
    grouped(parameters),
    grouped(macs),
    bytesText(forwardBytes),
    bytesText(trainingBytes),
  ]),
])}

Any \`hrnet-wN\`, \`multi-hrnet-wN\` and \`okdhp-hrnet-wN\` can be made, N being the channels of the first branch. Options, in recipes and on the command line: \`joints=17\`
(26, 133 …; the OpenPose networks have 18); \`input=384x288\` for every network but RTMPose, whose layers depend on it and which is made for the input that
is given; \`width=0.5\` and \`head=beforeUpsampling\` or \`deconvolution\` of \`squeezenet-hpe\`; \`refinements=0\` … \`8\` of \`openpose-lite\`;
\`stages=1\` … \`4\` of \`multi-hrnet-wN\`; \`branches=2\` … \`8\` of \`okdhp-hrnet-wN\` (3), which is trained as one network and used as one branch,
an \`hrnet-wN\`: \`npx kindling convert runs/small-okdhp branch.safetensors branch=1\`.

## Cards

What goes in and comes out; names of outputs are those of files and exports. Bytes of a crop become (byte / 255 − mean) / std, in the order of the channels.

${table([
  ["network", "channels", "mean", "std", "skeleton", "outputs at the published input", "source"],
  ["---", "---", "---", "---", "---", "---", "---"],
  ...sameCards(models).map(([names, card]) => [
    names.map((name) => `\`${name}\``).join(" "),
    card.input.channelOrder.toUpperCase(),
    card.input.mean.map(rounded).join(", "),
    card.input.std.map(rounded).join(", "),
    card.skeleton ?? "–",
    card
      .outputs(card.inputSize)
      .map(({ name, shape }) => `${name} ${shape.join(" × ")}`)
      .join("; "),
    card.source,
  ]),
])}

## Exits of the multi-output HRNet

What runs until each exit, the exits before it too. \`kindling evaluate\` prints each exit's PCK beside it; \`exit=0.6\` leaves where the mean of the
heatmaps' peaks reaches 0.6, in \`predict\` too, and \`exit=sweep\` shows accuracy against mean MACs for several such thresholds. Recipes train the
last exit; the others learn where a loss of kind \`feature\` reaches them (\`student.intermediate_layers.0.out\` …).

${table([
  ["network", "exit", "parameters", "MACs at 256 × 192", "of the whole"],
  ["---", "---", "--:", "--:", "--:"],
  ...["multi-hrnet-w32", "multi-hrnet-w48", "multi-hrnet-w8"].flatMap(exitRows),
])}

## Published figures beside ours

Ours is written with the digits of the published one, and is equal where it then reads the same.

${publishedTables()}`;
}

function exitRows(name: string): readonly (readonly string[])[] {
  const model = createModel(name);
  nameModule(model, "");
  const exits = exitCosts(model, [256, 192]);
  const whole = exits[exits.length - 1]!.macs; // this network has exits
  return exits.map((exit) => [
    `\`${name}\``,
    exit.name,
    grouped(exit.parameters),
    grouped(exit.macs),
    `${((100 * exit.macs) / whole).toFixed(1)} %`,
  ]);
}

function publishedTables(): string {
  const compared = publishedFigures.map(comparePublished);
  return Object.entries(publishedSources)
    .map(([source, words]) => {
      const rows = compared.filter(({ figure }) => figure.source === source);
      const reasons = rows.flatMap(({ figure: { model, published, differs } }) =>
        differs ? [`\n${model}, ${published}: ${differs}.\n`] : [],
      );
      return `### ${words[0]!.toUpperCase()}${words.slice(1)}

${table([["network", "part", "of", "published", "ours", "equal"], ["---", "---", "---", "--:", "--:", "---"], ...rows.map(publishedRow)])}
${reasons.join("")}`;
    })
    .join("\n");
}

function publishedRow({ figure, shown, equal }: ComparedFigure): readonly string[] {
  const { model, options, input, part, quantity, published } = figure;
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  if (input) words.push(`input=${input.join("x")}`);
  return [
    [`\`${model}\``, ...words].join(" "),
    part?.name ?? "whole",
    quantity === "statistics" ? "running statistics" : quantity,
    published,
    shown,
    equal ? "yes" : "**no**",
  ];
}

/** Cards that say the same, with the names of all that have it. */
function sameCards(models: readonly ListedModel[]): readonly (readonly [names: readonly string[], card: ModelCard])[] {
  const found = new Map<string, [names: string[], card: ModelCard]>();
  for (const { card } of models) {
    const { name, outputs, ...facts } = card;
    const key = JSON.stringify([facts, outputs(card.inputSize)]);
    const same = found.get(key);
    if (same) same[0].push(name);
    else found.set(key, [[name], card]);
  }
  return [...found.values()];
}

function table(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Three digits: means and deviations are written as fractions of 255. */
function rounded(value: number): string {
  return String(Math.round(1000 * value) / 1000);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
