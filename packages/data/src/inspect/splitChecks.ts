import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawDataset, RawImage } from "./rawDataset.ts";

/** Images of this data set that another one, of validation, has too: the same bytes, or where files are missing the same name and size. */
export function splitChecks({ images }: RawDataset, other: RawDataset): readonly Problem[] {
  const byHash = new Map(other.images.flatMap((image) => (hashOf(image) === null ? [] : [[hashOf(image), image] as const])));
  const byName = new Map(other.images.map((image) => [image.file, image]));
  const findings = images.flatMap((image): Finding[] => {
    const hash = hashOf(image);
    const same = hash === null ? null : byHash.get(hash);
    if (same) return [{ image, note: same.file === image.file ? "in both" : `${same.file} there` }];
    const namesake = byName.get(image.file);
    const undecided = namesake && (hash === null || hashOf(namesake) === null);
    const equal = undecided && image.size?.width === namesake.size?.width && image.size?.height === namesake.size?.height;
    return equal ? [{ image, note: "of the same name and size in both" }] : [];
  });
  return problemOf(
    {
      check: "image in both splits",
      severity: "error",
      effect: "the network is tested on what it has learnt by heart: AP is too high, and no method can be compared by it",
      remedy: "remove the images, with their annotations, from one of the two files",
    },
    findings,
  );
}

function hashOf({ facts }: RawImage): string | null {
  return facts && facts.kind !== "missing" ? facts.sha256 : null;
}
