import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset } from "./rawDataset.ts";

/** Visibilities that are not COCO's (0 not labelled, 1 labelled but hidden, 2 visible), and labels at the origin, which is where unlabelled joints lie. */
export function visibilityChecks(dataset: RawDataset): readonly Problem[] {
  const { joints } = dataset.skeleton;
  const foreign: Finding[] = [];
  const reversed: Finding[] = [];
  const origin: Finding[] = [];
  for (const annotation of dataset.annotations) {
    if (!annotation.person || !annotation.keypoints) continue;
    const points = triples(annotation);
    const odd = points.findIndex(([, , v]) => v !== 0 && v !== 1 && v !== 2);
    if (odd >= 0) foreign.push({ annotation, note: `v = ${points[odd]![2]} for ${joints[odd]}` });
    const atOrigin = points.flatMap(([x, y, v], joint) => (x === 0 && y === 0 && v > 0 ? [joint] : []));
    if (isReversed(points)) reversed.push({ annotation, note: "labelled joints at (0, 0), unlabelled ones elsewhere" });
    else if (atOrigin.length > 0) origin.push({ annotation, note: atOrigin.map((joint) => joints[joint]).join(", ") });
  }
  return [
    ...problemOf(
      {
        check: "unknown visibility",
        severity: "error",
        effect: "trainers read v > 0 as labelled: a score of 0.02 teaches as much as a label, and -1 or 3 mean what nobody knows",
        remedy: "write 0 for not labelled, 1 for labelled but hidden, 2 for visible",
      },
      foreign,
    ),
    ...problemOf(
      {
        check: "reversed visibility",
        severity: "error",
        effect:
          "unlabelled joints teach the image's corner and labelled ones nothing: 2 seems to mean not labelled, as Lightweight OpenPose stores it",
        remedy: "write 0 for not labelled, 1 for labelled but hidden, 2 for visible",
      },
      reversed,
    ),
    ...problemOf(
      {
        check: "labelled at the origin",
        severity: "error",
        effect: "the network learns the image's upper left corner for joints that nobody has labelled, and AP counts them as missed",
        remedy: "set v to 0 where x and y are 0",
      },
      origin,
    ),
  ];
}

function triples({ keypoints }: RawAnnotation): readonly (readonly [number, number, number])[] {
  return Array.from({ length: (keypoints?.length ?? 0) / 3 }, (_, joint) => {
    const [x, y, v] = keypoints!.slice(3 * joint, 3 * joint + 3); // there are some, or the length is 0
    return [x!, y!, v!];
  });
}

/** All joints with v = 2 at the origin and at least three with v < 2 elsewhere. */
function isReversed(points: readonly (readonly [number, number, number])[]): boolean {
  const placed = points.filter(([x, y]) => x !== 0 || y !== 0);
  const rest = points.filter(([x, y]) => x === 0 && y === 0);
  return (
    placed.length >= 3 &&
    rest.length > 0 &&
    rest.every(([, , v]) => v === 2) &&
    placed.every(([, , v]) => v === 0 || v === 1) &&
    placed.some(([, , v]) => v === 0)
  );
}
