import { labelledPersons, pixels } from "./labelledPoints.ts";
import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset } from "./rawDataset.ts";

/**
 * Persons whose left and right seem exchanged, because parts of the body that must face the same way do not: shoulders against hips (the
 * sides of the trunk cross), ears and shoulders against eyes, and eyes against the nose, which tells a face from its mirror image. Nothing
 * depends on which way is up, so people upside down are judged like others; joints close together decide nothing.
 */
export function sideChecks(dataset: RawDataset): readonly Problem[] {
  const joints = new Map(dataset.skeleton.joints.map((name, at) => [name, at]));
  const findings = labelledPersons(dataset).flatMap((annotation): Finding[] => {
    const at = placeOf(annotation, joints);
    const reasons = [trunk(at), faceAndBody(at), ears(at), face(at, annotation)].filter((reason) => reason !== null);
    return reasons.length > 0 ? [{ annotation, note: reasons.join("; ") }] : [];
  });
  return [
    ...problemOf(
      {
        check: "left and right",
        severity: "warning",
        effect: "the network learns that left and right are a matter of chance: both heatmaps get two peaks, and AP and PCK fall",
        remedy: "look at the pictures and exchange left and right where they are wrong; some twisted people are right as they are",
      },
      findings,
    ),
    ...pairChecks(dataset),
  ];
}

type Vector = readonly [number, number];
type Place = (joint: string) => Vector | null;

function placeOf({ keypoints }: RawAnnotation, joints: ReadonlyMap<string, number>): Place {
  return (name) => {
    const joint = joints.get(name);
    return joint !== undefined && keypoints && keypoints[3 * joint + 2]! > 0 ? [keypoints[3 * joint]!, keypoints[3 * joint + 1]!] : null;
  };
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1]];
const middle = (a: Vector, b: Vector): Vector => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1];
/** Above 0 when b is clockwise of a on the screen, where y grows downwards. */
const cross = (a: Vector, b: Vector): number => a[0] * b[1] - a[1] * b[0];
const long = (a: Vector): number => Math.hypot(a[0], a[1]);

/** From the right joint to the left one, or null. */
function toLeft(at: Place, part: string): Vector | null {
  const [left, right] = [at(`left_${part}`), at(`right_${part}`)];
  return left && right ? minus(left, right) : null;
}

/** Shoulders and hips are ordered the opposite way across the trunk, both clearly. */
function trunk(at: Place): string | null {
  const [shoulders, hips] = [toLeft(at, "shoulder"), toLeft(at, "hip")];
  if (!shoulders || !hips) return null;
  const axis = minus(middle(at("left_shoulder")!, at("right_shoulder")!), middle(at("left_hip")!, at("right_hip")!)); // they are there
  const length = long(axis);
  if (length < minimumPixels) return null;
  const [above, below] = [cross(axis, shoulders) / length, cross(axis, hips) / length];
  const clear = Math.min(Math.abs(above), Math.abs(below)) > 0.25 * length;
  return above * below < 0 && clear ? "shoulders and hips face opposite ways" : null;
}

/**
 * A head does not turn by more than a right angle: who shows both eyes shows shoulders in the same order. Shoulders seen from the side, which
 * are narrow beside the trunk or the face, have no order.
 */
function faceAndBody(at: Place): string | null {
  const [eyes, shoulders, hips] = [toLeft(at, "eye"), toLeft(at, "shoulder"), toLeft(at, "hip")];
  if (!eyes || !shoulders) return null;
  const trunkLength = hips
    ? long(minus(middle(at("left_shoulder")!, at("right_shoulder")!), middle(at("left_hip")!, at("right_hip")!)))
    : 0; // they are there
  if (long(shoulders) < Math.max(2.5 * long(eyes), 0.4 * trunkLength)) return null;
  return opposite(eyes, shoulders, 0.12) ? "eyes and shoulders face opposite ways" : null;
}

function ears(at: Place): string | null {
  const [eyes, both] = [toLeft(at, "eye"), toLeft(at, "ear")];
  return eyes && both && opposite(eyes, both, 0.2) ? "eyes and ears face opposite ways" : null;
}

/** Seen from the nose, the left eye is clockwise of the right one in every picture of a face that is not mirrored. */
function face(at: Place, { box }: RawAnnotation): string | null {
  const eyes = toLeft(at, "eye");
  const nose = at("nose");
  if (!eyes || !nose || !box) return null;
  const up = minus(middle(at("left_eye")!, at("right_eye")!), nose); // they are there
  const clear = Math.min(long(eyes), long(up)) > Math.max(minimumPixels, 0.02 * Math.max(box.width, box.height));
  return clear && cross(up, eyes) < -0.5 * long(up) * long(eyes) ? "left and right eye are exchanged" : null;
}

/** Joints nearer than this are too near for an annotator's hand to tell their order. */
const minimumPixels = 4;

/** b points against a, and a is at least a share of b long. */
function opposite(a: Vector, b: Vector, share: number): boolean {
  const clear = Math.min(long(a), long(b)) >= minimumPixels && long(a) >= share * long(b);
  return clear && dot(a, b) < -0.7 * long(a) * long(b);
}

/**
 * Flip pairs whose two joints are exchanged in the whole file: on clearly most persons the pair's order from right to left is against
 * that of the person's other pairs.
 */
function pairChecks(dataset: RawDataset): readonly Problem[] {
  const { skeleton } = dataset;
  const votes = skeleton.flipPairs.map(() => ({ with: 0, against: 0 }));
  for (const { keypoints } of labelledPersons(dataset)) {
    if (!keypoints) continue;
    const across = skeleton.flipPairs.map(([left, right]) =>
      keypoints[3 * left + 2]! > 0 && keypoints[3 * right + 2]! > 0
        ? minus([keypoints[3 * left]!, keypoints[3 * left + 1]!], [keypoints[3 * right]!, keypoints[3 * right + 1]!])
        : null,
    );
    for (const [pair, own] of across.entries()) {
      const reference = referenceOf(across, pair);
      if (!own || !reference || long(own) < minimumPixels) continue;
      if (dot(own, reference) > 0) votes[pair]!.with++;
      else votes[pair]!.against++;
    }
  }
  const findings = skeleton.flipPairs.flatMap(([left, right], pair): Finding[] => {
    const { with: along, against } = votes[pair]!;
    const total = along + against;
    // Three standard deviations of a fair coin from a half: chance does it in one file of a thousand.
    if (against <= total / 2 + 1.5 * Math.sqrt(total) || total < 12) return [];
    return [
      {
        note: `${skeleton.joints[left]} and ${skeleton.joints[right]}: ${pixels((100 * against) / total)} % of ${total} persons against the other joints`,
      },
    ];
  });
  return problemOf(
    {
      check: "flip pair does not mirror",
      severity: "error",
      effect:
        "the file has the two joints exchanged: mirrored pictures teach the one as the other, and checkpoints of others score 0 on them",
      remedy: "exchange the two joints in the file, or in the skeleton, whichever is wrong",
    },
    findings,
  );
}

/** The mean direction of the other pairs: one of them that is exchanged is outvoted. */
function referenceOf(across: readonly (Vector | null)[], pair: number): Vector | null {
  const others = across.filter((vector, other): vector is Vector => vector !== null && other !== pair && long(vector) >= minimumPixels);
  const sum = others.reduce<Vector>(([x, y], vector) => [x + vector[0] / long(vector), y + vector[1] / long(vector)], [0, 0]);
  // Pairs that cancel one another say nothing.
  return long(sum) > 0.5 * others.length ? sum : null;
}
