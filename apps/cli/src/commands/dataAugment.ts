import path from "node:path";
import type { AugmentedPerson } from "@kindling/trainer";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Shell } from "../shell.ts";

/** `kindling data augment RECIPE`: what training sees of persons, as a picture. */
export function dataAugment(shell: Shell): Command {
  return defineCommand(shell, {
    name: "augment",
    summary: "draws the crops that training sees with their key points: many persons of an epoch, or one person in many",
    operands: [{ name: "RECIPE", help: "a recipe (YAML)" }],
    keys: {
      out: { kind: "path", required: true, help: "folder that gets the picture" },
      epoch: { kind: "integer", min: 1, default: 1, help: "of training, from 1; with sample= the first of them" },
      sample: { kind: "integer", min: 0, help: "place of one person in the training set, from 0 (default: the first persons)" },
      count: { kind: "integer", min: 1, max: 400, default: 24, help: "persons, or with sample= epochs" },
    },
    overrides: "replaces a value of the recipe: data.augment=hrnet, seed=2",
    async run({ operands: [file], values: { out, epoch, sample, count }, overrides, progress, signal }) {
      const { augmentedPerson, readRecipe, readTrainingSet, writeSamplePictures } = await import("@kindling/trainer");
      const recipe = await readRecipe(file!, Object.fromEntries(overrides.map(({ key, value }) => [key, value]))); // the one operand, checked
      if (recipe.data.codec.kind === "pafs")
        throw new InputError("data.codec: pafs learns from images with all their persons; this shows crops of one person each");
      const { epochs } = recipe.schedule;
      if (epoch > epochs) throw new InputError(`epoch: the recipe has ${epochs} epochs; got ${epoch}`);
      await makeOutputFolder("out", out);
      const dataset = await readTrainingSet(recipe);
      const { length } = dataset.samples;
      if (sample !== undefined && sample >= length)
        throw new InputError(`sample: the training set has the persons 0 … ${length - 1}; got ${sample}`);

      const places =
        sample === undefined
          ? Array.from({ length: Math.min(count, length) }, (_, place) => ({ place, epoch }))
          : Array.from({ length: Math.min(count, epochs - epoch + 1) }, (_, i) => ({ place: sample, epoch: epoch + i }));
      const persons: AugmentedPerson[] = [];
      progress.begin("cropping", places.length);
      for (const at of places) {
        signal.throwIfAborted();
        persons.push(await augmentedPerson(recipe, dataset, at.place, at.epoch));
        progress.update(persons.length);
      }
      progress.end();

      const picture = path.join(out, sample === undefined ? `augmented-epoch-${epoch}.jpg` : `augmented-sample-${sample}.jpg`);
      const [height, width] = recipe.data.input;
      // The colours of the sides, so that a mirrored person whose joints were not exchanged would show.
      const tiles = persons.map(({ crop, view }) => ({ rgba: crop, width, height, predicted: [view.keypoints] }));
      await writeSamplePictures(picture, tiles, dataset.skeleton);
      const views = persons.map(({ crop: _, view: { keypoints, ...view }, ...person }) => ({
        ...person,
        ...view,
        keypoints: [...keypoints],
      }));
      const what =
        sample === undefined ? `${persons.length} persons of epoch ${epoch}` : `person ${sample} in ${persons.length} epochs from ${epoch}`;
      const augment = typeof recipe.data.augment === "string" ? recipe.data.augment : "as the recipe says";
      return { json: { picture, views }, text: `${picture}: ${what}, augment ${augment}; left orange, right blue` };
    },
  });
}
