import type { Skeleton } from "@kindling/pose";
import { DatasetError } from "../sample.ts";
import { type CocoFormat, cocoDialects } from "./cocoDialects.ts";
import { type JsonObject, list, plainName, record } from "./jsonValues.ts";

/** How an annotation file is written, by the data set that it is of. */
export type AnnotationFormat = "mpii" | CocoFormat;

/** Every format, for help texts and checks. */
export const annotationFormats: readonly AnnotationFormat[] = ["mpii", ...dialectNames()];

/**
 * The format of a document, by what stands in it: the lists of MPII, the parts of COCO-WholeBody, Human-Art's second key points, CrowdPose's crowd index, the
 * names that the person category gives its key points, and where it gives none, their number, where only one format has so many.
 * With a skeleton of as many joints as the file's, whose names say nothing else, the format is COCO's and the key points are that skeleton's.
 * @throws DatasetError when the contents fit no format or several.
 */
export function recogniseFormat(document: unknown, source: string, skeleton?: Skeleton): AnnotationFormat {
  if (Array.isArray(document)) {
    const first = record(document[0]);
    if (first && "joints" in first && "center" in first) return "mpii";
  }
  const root = record(document);
  if (!root || !Array.isArray(root.annotations)) return "coco"; // whose reader says what is wrong
  const person = root.annotations.map(record).find((annotation) => annotation && annotation.keypoints !== undefined) ?? {};
  if ("foot_kpts" in person || "face_kpts" in person) return "cocoWholebody";
  if ("keypoints_21" in person)
    return skeleton?.joints.length === cocoDialects.humanArt21.skeleton.joints.length ? "humanArt21" : "humanArt";
  const joints = Array.isArray(person.keypoints) ? person.keypoints.length / 3 : 0;
  const named = formatsNamed(root, source).filter((format) => cocoDialects[format].skeleton.joints.length === joints);
  if (named.length > 0) return named[0]!;
  if (joints === 0 || skeleton?.joints.length === joints) return "coco";
  if (
    Array.isArray(root.images) &&
    joints === cocoDialects.crowdpose.skeleton.joints.length &&
    "crowdIndex" in (record(root.images[0]) ?? {})
  )
    return "crowdpose";
  const counted = dialectNames().filter((format) => cocoDialects[format].skeleton.joints.length === joints);
  if (counted.length <= 1 || counted.includes("coco")) return counted[0] ?? "coco";
  throw new DatasetError(
    `${source}: persons have ${joints} key points, as ${counted.join(", ")} have, and the file does not name them; say which with format=`,
  );
}

/** Formats whose key points are called as the file's person category calls its own, in their order. */
function formatsNamed(root: JsonObject, source: string): readonly CocoFormat[] {
  if (root.categories === undefined) return [];
  const lists = list(root, "categories", source).map((category) => record(category)?.keypoints);
  const names = lists.find((keypoints) => Array.isArray(keypoints) && keypoints.length > 0);
  if (!Array.isArray(names)) return [];
  const given = names.map((name) => plainName(String(name))).join();
  return dialectNames().filter((format) => {
    const { skeleton, written = skeleton.joints } = cocoDialects[format];
    return [written, skeleton.joints].some((joints) => joints.map(plainName).join() === given);
  });
}

function dialectNames(): readonly CocoFormat[] {
  return Object.keys(cocoDialects) as CocoFormat[]; // its own keys
}
