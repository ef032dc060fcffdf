import type { Recipe } from "../recipe.ts";
import { teachersOf } from "../teachers.ts";
import { teacherIssue } from "./checkTeachers.ts";
import type { DescribedIssue } from "./describeIssue.ts";

/** What disagrees in a recipe for a network that finds all persons at once, or where such a thing is asked of another network; or nothing. */
export function checkScenes(recipe: Recipe): DescribedIssue | undefined {
  const { data, evaluate } = recipe;
  const teachers = teachersOf(recipe);
  if (data.codec.kind !== "pafs") {
    if (data.scenes) return issue(["data", "scenes"], `data.scenes: is for codec pafs; got codec ${data.codec.kind}`);
    const resized = teachers.find((teacher) => teacher.recipe.input);
    return resized && teacherIssue(resized, "input", `is for codec pafs; got codec ${data.codec.kind}`);
  }
  if (data.augment !== "none") {
    return issue(["data", "augment"], "data.augment: changes crops of one person; images with all persons have data.scenes");
  }
  if (evaluate.decode !== undefined) {
    return issue(
      ["evaluate", "decode"],
      "evaluate.decode: reads heatmaps of one person; networks that find all persons group peaks by their fields",
    );
  }
  if (data.cache && data.scenes?.kind === "crops") {
    return issue(
      ["data", "cache"],
      "data.cache: keeps what was made of an image, and scenes of kind crops are drawn anew in every epoch; leave one out",
    );
  }
  const cached = teachers.find((teacher) => teacher.recipe.cache !== undefined);
  return cached && teacherIssue(cached, "cache", "holds heatmaps of one person; a teacher that finds all persons runs in every step");
}

function issue(path: readonly PropertyKey[], sentence: string): DescribedIssue {
  return { path, sentence };
}
