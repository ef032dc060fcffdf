import {
  type Augmentation,
  type BodyHalves,
  type CropRule,
  type DrawPlace,
  drawView,
  plainView,
  type SampleView,
  type Size,
  type Skeleton,
  viewKeypoints,
} from "@kindling/pose";
import { cropImage, type RgbImage } from "./crop.ts";
import { changePixels } from "./pixels/changePixels.ts";
import type { Sample } from "./sample.ts";

/** How a person is seen in an epoch: the view, and the key points in it. */
export interface PersonView extends SampleView {
  /** [k·3]: x, y in pixels of the crop, and visibility. */
  readonly keypoints: Float64Array;
}

/** What the views of a data set's persons follow from. */
export interface PersonViewOptions {
  /** Size of the crops. */
  readonly input: Size;
  readonly skeleton: Skeleton;
  readonly halves: BodyHalves;
  /** Null: the crop of the box. */
  readonly augmentation: Augmentation | null;
  /** Default msra; stretched crops are not augmented. */
  readonly rule?: CropRule;
}

/** The view of a person in the epoch of `place`: a function of its arguments alone. */
export function personView(sample: Sample, options: PersonViewOptions, place: DrawPlace): PersonView {
  const { input, skeleton, halves, augmentation, rule = "msra" } = options;
  const view =
    augmentation && rule !== "stretched"
      ? drawView(sample, { augmentation, input, halves, rule }, place)
      : plainView(sample.box, input, rule);
  return { ...view, keypoints: viewKeypoints(view, sample.keypoints, skeleton, sample.imageWidth) };
}

/** What a view shows of its image: [height, width, 4], RGBA, augmentation included. */
export function cropPerson(image: RgbImage, { affine, mirrored, changes }: SampleView, input: Size): Uint8Array<ArrayBuffer> {
  const crop = cropImage(image, affine, input, { mirrored });
  changePixels({ data: crop, ...input }, changes);
  return crop;
}
