import type { Dataset, PersonAnnotation } from "@kindling/data";
import { boxNorm, type ImagePckSample, oks, oksVariances, type Pck, type PoseDetection, pck } from "@kindling/pose";

/** PCK of {@link scenePckSamples}. */
export function scenePck(dataset: Pick<Dataset, "persons" | "skeleton">, detections: readonly PoseDetection[], threshold: number): Pck {
  return pck(scenePckSamples(dataset, detections), threshold);
}

/**
 * Persons that nobody pointed out beside their labels, for PCK of the longer side of their boxes: each labelled person is measured by the detection of its
 * image that was matched with it, detections taking the person of highest OKS in the order of their scores; the joints of a person without one are not
 * found. Crowds and ignored persons do not count.
 */
export function scenePckSamples(
  { persons, skeleton }: Pick<Dataset, "persons" | "skeleton">,
  detections: readonly PoseDetection[],
): readonly ImagePckSample[] {
  const variances = oksVariances(skeleton.sigmas);
  const unmatched = new Set(persons.filter((person) => !person.crowd && !person.ignore && isLabelled(person)));
  const found = new Map<PersonAnnotation, ArrayLike<number>>();
  const measured = [...unmatched];
  for (const { imageId, keypoints } of detections.toSorted((a, b) => b.score - a.score)) {
    let best: { readonly person: PersonAnnotation; readonly similarity: number } | undefined;
    for (const person of unmatched) {
      if (person.imageId !== imageId) continue;
      const similarity = oks(person, keypoints, variances);
      if (similarity > (best?.similarity ?? 0)) best = { person, similarity };
    }
    if (!best) continue;
    unmatched.delete(best.person);
    found.set(best.person, keypoints);
  }
  return measured.map((person) => ({
    imageId: person.imageId,
    predicted: foundOnly(found.get(person) ?? new Float64Array(3 * skeleton.joints.length)),
    truth: person.keypoints,
    norm: boxNorm(person.box),
  }));
}

function isLabelled({ keypoints }: PersonAnnotation): boolean {
  return keypoints.some((value, at) => at % 3 === 2 && value > 0);
}

/** Joints that were not found, of score 0, far from everything. */
function foundOnly(keypoints: ArrayLike<number>): Float64Array {
  return Float64Array.from(keypoints, (value, at) => (keypoints[at - (at % 3) + 2]! > 0 ? value : farAway));
}

const farAway = -1e9;
