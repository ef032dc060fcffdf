import type { Skeleton } from "../skeletons/skeleton.ts";

/** Joints by the half of the body that they belong to. */
export interface BodyHalves {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/**
 * The halves of a skeleton by its joints' names: hips, pelvis, knees, ankles and feet are the lower half; the fine points of faces and hands in
 * whole-body skeletons are in neither, as in mmpose's data set files; all others are the upper half. For COCO's 17 joints these are HRNet's
 * `upper_body_ids` 0–10 and `lower_body_ids` 11–16.
 */
export function bodyHalves({ joints }: Skeleton): BodyHalves {
  const places = joints.map((name, joint) => ({ name, joint })).filter(({ name }) => !finePoint.test(name));
  const of = (lower: boolean): number[] => places.filter(({ name }) => lowerBody.test(name) === lower).map(({ joint }) => joint);
  return { upper: of(false), lower: of(true) };
}

const lowerBody = /(^|_)(hip|pelvis|knee|ankle|heel|foot|toe|tiptoe)s?(_|$)/;
const finePoint = /^face\W?|face_?\d|_hand_|hand_?root|thumb|finger|palm/;
