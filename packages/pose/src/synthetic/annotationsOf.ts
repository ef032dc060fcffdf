import type { Scene } from "./scene.ts";
import { topmost } from "./shape.ts";

/** One person in COCO's key point format, field by field as in its files. */
export interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: 1;
  readonly iscrowd: 0;
  /** x, y, width, height in pixels. */
  readonly bbox: readonly [number, number, number, number];
  /** Pixels of the person that are to be seen, what COCO takes from its segmentation. */
  readonly area: number;
  /** Joints with v > 0. */
  readonly num_keypoints: number;
  /** [51]: x, y, v; all three 0 for a joint outside the image. */
  readonly keypoints: readonly number[];
}

/** The annotations of a scene's persons; the ids count up from `firstAnnotation`. Coordinates are rounded to 1/100 pixel. */
export function annotationsOf(scene: Scene, ids: { readonly image: number; readonly firstAnnotation: number }): CocoAnnotation[] {
  return scene.persons.map(({ keypoints, box }, person) => {
    const labelled = keypoints.map((value, i) => (keypoints[i - (i % 3) + 2] === 0 ? 0 : hundredths(value)));
    return {
      id: ids.firstAnnotation + person,
      image_id: ids.image,
      category_id: 1,
      iscrowd: 0,
      bbox: [hundredths(box.x), hundredths(box.y), hundredths(box.width), hundredths(box.height)],
      area: hundredths(visibleArea(scene, person)),
      num_keypoints: labelled.filter((value, i) => i % 3 === 2 && value > 0).length,
      keypoints: labelled,
    };
  });
}

/** The area in which the person is topmost, sampled at the middles of a grid of cells over its box. */
function visibleArea({ persons, shapes }: Scene, person: number): number {
  const { x, y, width, height } = persons[person]!.box;
  // What was drawn before the person cannot hide it.
  const candidates = shapes.slice(shapes.findIndex((shape) => shape.person === person));
  const extents = candidates.map(({ outline }) => {
    const rows = outline.map((corner) => corner[1]);
    return { from: Math.min(...rows), to: Math.max(...rows) };
  });
  let inside = 0;
  for (let row = 0; row < cells; row++) {
    const level = y + ((row + 0.5) * height) / cells;
    const onLevel = candidates.filter((_, i) => level >= extents[i]!.from && level <= extents[i]!.to);
    for (let column = 0; column < cells; column++) {
      if (topmost(onLevel, [x + ((column + 0.5) * width) / cells, level])?.person === person) inside++;
    }
  }
  return (inside * width * height) / cells ** 2;
}

const cells = 40;

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
