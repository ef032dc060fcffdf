import type { NetworkFile, ReadingRecipe } from "@kindling/trainer";
import type { Report } from "../command.ts";
import { InputError } from "../exit.ts";
import { flipTest } from "../flipTest.ts";
import type { Values } from "../keyValue.ts";
import type { Progress } from "../progress.ts";
import { assemblyOf, type sceneKeys, sceneScaleOf } from "../sceneKeys.ts";
import { textTable } from "../textTable.ts";

/** What the command was told that a network which finds all persons understands. */
export interface EvaluateAllPersonsOptions extends Values<typeof sceneKeys> {
  readonly network: NetworkFile;
  readonly data: string | undefined;
  readonly images: string | undefined;
  readonly reading: ReadingRecipe;
  readonly limit: number | undefined;
  readonly out: string | undefined;
  readonly threshold: number;
  readonly norm: string;
  readonly flip: boolean | undefined;
  readonly exit: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `kindling evaluate` of a network that finds all persons at once: COCO's ten numbers, and PCK of the persons that it found. */
export async function evaluateAllPersons(options: EvaluateAllPersonsOptions): Promise<Report> {
  const { network, threshold, norm, grouping } = options;
  if (options.exit !== undefined) throw new InputError("exit is for networks with several exits, multi-hrnet-wN");
  if (norm !== "box")
    throw new InputError(`norm=${norm}: persons who were not pointed out are measured by the longer side of their box; use norm=box`);
  const { evaluateScenes } = await import("../evaluateScenes.ts");
  const { readEvaluatedData } = await import("../evaluatedData.ts");
  const find = { scale: sceneScaleOf(network, options), flip: flipTest(options, network), assembly: assemblyOf(grouping) };
  const dataset = await readEvaluatedData(options);
  const cuts = network.run?.recipe.data;
  const isCut = options.limit !== undefined || (options.data === undefined && (cuts?.limit ?? cuts?.overfit) !== undefined);
  const result = await evaluateScenes({ ...options, dataset, isCut, find, out: options.out ?? network.run?.samples });
  const { perThreshold: _, sizes, counts, ...ten } = result.oks;
  const { skeleton } = dataset;
  const perJoint = Object.fromEntries(skeleton.joints.map((name, joint) => [name, result.pck.perJoint[joint] ?? null]));
  const text = [
    textTable([
      ["", "value"],
      ...Object.entries(ten).map(([name, value]) => [name, value.toFixed(4)]),
      [`PCK@${threshold}`, result.pck.pck.toFixed(4)],
    ]),
    `${result.detections.length} persons found on ${result.images} images of ${dataset.name}, which has ${sizes.all}`,
    ...result.pictures.slice(0, 1).map((picture) => `pictures beside ${picture}`),
  ].join("\n");
  return {
    json: {
      ...ten,
      pck: result.pck.pck,
      perJoint,
      threshold,
      counts,
      found: result.detections.length,
      images: result.images,
      dataset: dataset.name,
    },
    text,
  };
}
