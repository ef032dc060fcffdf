import {
  type EncodeOpenPoseOptions,
  encodeOpenPose,
  flipPermutation,
  invertAffine,
  openpose18,
  type Size,
  transformKeypoints,
} from "@kindling/pose";
import { cropImage, type RgbImage } from "../crop.ts";
import { paintSegmentation } from "./paintSegmentation.ts";
import type { Scene } from "./scene.ts";
import type { SceneView } from "./sceneView.ts";

/** A scene as a network learns it. */
export interface PreparedScene {
  /** [h,w,4], RGBA; grey outside of the image. */
  readonly image: Uint8Array;
  /** [h/8,w/8,19] */
  readonly heatmaps: Float32Array;
  /** [h/8,w/8,38] */
  readonly pafs: Float32Array;
  /** [h/8,w/8,1]: the part of a cell that teaches, 0 where it is all crowd or unlabelled persons. */
  readonly mask: Float32Array;
}

/** What lies outside of an image: the zero of OpenPose's networks. */
export const outsideGrey = 128;

/** Draws a view of a scene's image, and the targets of all its persons in it. */
export function prepareScene(image: RgbImage, scene: Scene, view: SceneView, options: EncodeOpenPoseOptions): PreparedScene {
  const { input, stride = 8 } = options;
  const persons = scene.persons.map((person) => {
    const moved = transformKeypoints(view.affine, person);
    return view.mirrored ? sidesSwapped(moved) : moved;
  });
  return {
    image: cropImage(image, view.affine, input, { border: outsideGrey }),
    ...encodeOpenPose(persons, options),
    mask: teachingCells(scene, view, input, stride),
  };
}

function sidesSwapped(person: Float64Array): Float64Array {
  return Float64Array.from(flipPermutation(openpose18).flatMap((from) => [...person.subarray(3 * from, 3 * from + 3)]));
}

/** The mean of each cell's pixels; what lies outside of the image teaches. */
function teachingCells(scene: Scene, { affine }: SceneView, input: Size, stride: number): Float32Array {
  const grid = { width: Math.floor(input.width / stride), height: Math.floor(input.height / stride) };
  const cells = new Float32Array(grid.width * grid.height).fill(1);
  if (scene.unlabelled.length === 0) return cells;
  const size = { width: scene.imageWidth, height: scene.imageHeight };
  const unlabelled = new Uint8Array(size.width * size.height);
  for (const segmentation of scene.unlabelled) paintSegmentation(unlabelled, size, segmentation);
  const [a, b, c, d, e, f] = invertAffine(affine);
  for (let y = 0; y < grid.height * stride; y++) {
    for (let x = 0; x < grid.width * stride; x++) {
      const [column, row] = [Math.round(a * x + b * y + c), Math.round(d * x + e * y + f)];
      if (column < 0 || row < 0 || column >= size.width || row >= size.height || unlabelled[row * size.width + column] === 0) continue;
      const cell = Math.floor(y / stride) * grid.width + Math.floor(x / stride);
      cells[cell] = cells[cell]! - 1 / stride ** 2;
    }
  }
  return cells;
}
