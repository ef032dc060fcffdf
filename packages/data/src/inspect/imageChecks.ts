import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawDataset, RawImage } from "./rawDataset.ts";

/** Image files that are missing, broken, of another size than annotated, or turned by EXIF; of those that were looked at. */
export function imageChecks({ images, annotations }: RawDataset): readonly Problem[] {
  const persons = new Map<RawImage, number>();
  for (const { image, person } of annotations) if (image && person) persons.set(image, (persons.get(image) ?? 0) + 1);
  const missing: Finding[] = [];
  const broken: Finding[] = [];
  const size: Finding[] = [];
  const turned: Finding[] = [];
  for (const image of images) {
    const { facts } = image;
    if (!facts) continue;
    const note = `${persons.get(image) ?? 0} person annotations`;
    if (facts.kind === "missing") missing.push({ image, note });
    else if (facts.kind === "broken") broken.push({ image, note: facts.problem });
    else if (image.size && (facts.width !== image.size.width || facts.height !== image.size.height)) {
      const annotated = `${facts.width} × ${facts.height} pixels, annotated as ${image.size.width} × ${image.size.height}`;
      const exif = facts.orientation >= 5 && facts.width === image.size.height && facts.height === image.size.width;
      size.push({ image, note: exif ? `${annotated}: as EXIF turns it (orientation ${facts.orientation})` : annotated });
    } else if (facts.orientation > 1 && (facts.orientation < 5 || facts.width === facts.height)) {
      turned.push({ image, note: `EXIF orientation ${facts.orientation}` });
    }
  }
  const all = images.length > 0 && missing.length === images.length;
  return [
    ...problemOf(
      {
        check: "missing image",
        severity: "error",
        effect: all ? "not one image is there: there is nothing to train on" : "its persons are left out of training and evaluation",
        remedy: all
          ? "give the folder of the images (images=); file_name is appended to it"
          : "fetch the images, or remove them and their annotations from the file",
      },
      missing,
    ),
    ...problemOf(
      {
        check: "broken image",
        severity: "error",
        effect: "cannot be decoded: training replaces its persons by others, evaluation stops",
        remedy: "fetch the file again, or remove it and its annotations",
      },
      broken,
    ),
    ...problemOf(
      {
        check: "image size",
        severity: "error",
        effect: "every key point is in the wrong place; Kindling refuses such images",
        remedy:
          "use the images that were annotated; those that EXIF turns must be stored turned (sharp's autoOrient, jhead -autorot), or be annotated as stored",
      },
      size,
    ),
    ...problemOf(
      {
        check: "EXIF orientation",
        severity: "warning",
        effect: "image viewers, and most annotation tools, show the picture turned or mirrored, while trainers read it as stored",
        remedy: "look whether the key points fit the picture below; if not, store the images turned",
      },
      turned,
    ),
  ];
}
