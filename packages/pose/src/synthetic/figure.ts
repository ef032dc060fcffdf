import type { Point } from "../boxes/affine.ts";
import type { Appearance } from "./appearance.ts";
import { type Body, type Build, jointsOf } from "./body.ts";
import { headParts } from "./head.ts";
import { armParts, legParts } from "./limbs.ts";
import type { Shape } from "./shape.ts";
import { trunkParts } from "./trunk.ts";
import { project, type View } from "./view.ts";

/** A person in a picture: its shapes from the farthest to the nearest, and where its joints are. */
export interface Figure {
  readonly shapes: readonly Shape[];
  /** COCO-17 order, image pixels, wherever they fall. */
  readonly joints: readonly Point[];
}

/** A dressed body as shapes in the order of their distance, so that limbs hide one another as they would. */
export function drawFigure(view: View, body: Body, build: Build, appearance: Appearance): Figure {
  const parts = [
    ...legParts(view, body, build, appearance, 0),
    ...legParts(view, body, build, appearance, 1),
    ...trunkParts(view, body, build, appearance),
    ...headParts(view, body, build, appearance),
    ...armParts(view, body, build, appearance, 0),
    ...armParts(view, body, build, appearance, 1),
  ];
  const shapes = parts.toSorted((a, b) => a.depth - b.depth).flatMap(({ shapes }) => shapes);
  return { shapes, joints: jointsOf(body).map((joint) => project(view, joint)) };
}
