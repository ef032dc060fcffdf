import type { ModelCard, PoseModel } from "@kindling/models";
import type { CropShape } from "@kindling/pose";
import type { Recipe, TeacherRecipe } from "../recipe.ts";
import { teacherCard } from "../teacherCard.ts";

/** How a teacher gets to see persons. */
export interface TeacherFeed {
  readonly normalization: ModelCard["input"];
  readonly crop: CropShape;
  /** [height, width] */
  readonly input: readonly [number, number];
}

/** Another way to feed a teacher, which may be what it was trained with. */
export interface OtherFeed {
  readonly feed: TeacherFeed;
  /** What is other about it: "with padded crops". */
  readonly what: string;
  /** What to write in the recipe: "data.crop: padded". */
  readonly remedy: string;
}

/** How a recipe's training feeds its teacher. */
export function feedOf({ data: { crop, input } }: Recipe, teacher: TeacherRecipe, model: PoseModel): TeacherFeed {
  return { normalization: teacherCard(teacher, model).input, crop, input };
}

/**
 * The usual mistakes undone one by one, then together where the recipe makes several: the normalisation of the network's card (or none, where the
 * recipe has the card's), the other order of colours, the other shape of crops, and crops of the size that the weights were trained with.
 */
export function otherFeeds(
  feed: TeacherFeed,
  { model: { card }, key }: { readonly model: PoseModel; readonly key: string },
  trainedInput: readonly [number, number],
): readonly OtherFeed[] {
  const { normalization, crop, input } = feed;
  const { mean, std, channelOrder } = normalization;
  const changes: { readonly change: Partial<TeacherFeed>; readonly what: string; readonly remedy: string; readonly restores: boolean }[] =
    [];
  const asPublished = same(normalization, card.input);
  changes.push(
    asPublished
      ? {
          change: { normalization: { channelOrder, mean: [0, 0, 0], std: [1, 1, 1] } },
          what: "with colours from 0 to 1 and no more",
          remedy: `${key}.normalization: { mean: [0, 0, 0], std: [1, 1, 1] }`,
          restores: false,
        }
      : {
          change: { normalization: card.input },
          what: "normalised as its card says",
          remedy: `no ${key}.normalization`,
          restores: true,
        },
  );
  const swapped = channelOrder === "rgb" ? "bgr" : "rgb";
  changes.push({
    change: { normalization: { channelOrder: swapped, mean, std } },
    what: `with its colours in the order ${swapped}`,
    remedy: `${key}.normalization: { channelOrder: ${swapped} }`,
    restores: false,
  });
  const shape = crop === "stretched" ? "padded" : "stretched";
  changes.push({ change: { crop: shape }, what: `with ${shape} crops`, remedy: `data.crop: ${shape}`, restores: shape === "padded" });
  if (!card.inputIsFixed && trainedInput.join() !== input.join()) {
    changes.push({
      change: { input: trainedInput },
      what: `with crops of ${trainedInput.join("x")}`,
      remedy: `data.input: [${trainedInput.join(", ")}]`,
      restores: true,
    });
  }
  const alone = changes.map(({ change, what, remedy }) => ({ feed: { ...feed, ...change }, what, remedy }));
  const restored = changes.filter(({ restores }) => restores);
  if (restored.length < 2) return alone;
  const together = {
    feed: Object.assign({}, feed, ...restored.map(({ change }) => change)) as TeacherFeed,
    what: restored.map(({ what }) => what).join(" and "),
    remedy: restored.map(({ remedy }) => remedy).join(" and "),
  };
  return [...alone, together];
}

function same(a: ModelCard["input"], b: ModelCard["input"]): boolean {
  return a.channelOrder === b.channelOrder && a.mean.join() === b.mean.join() && a.std.join() === b.std.join();
}
