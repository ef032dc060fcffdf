/**
 * What training changes about a person's crop, epoch by epoch; a part that is absent is not done. One set of parameters describes both HRNet's
 * pipeline (lib/dataset/JointsDataset.py) and that of mmpose's top-down networks (datasets/transforms/common_transforms.py), see `augmentationPresets`.
 */
export interface Augmentation {
  /** Probability of mirroring the image, left and right joints changing names. */
  readonly flip?: number;
  readonly halfBody?: HalfBody;
  readonly shift?: Shift;
  readonly scale?: Scaling;
  readonly rotation?: Rotation;
  /** What becomes of a normal draw beyond its limit: `clip` moves it there (HRNet), `redraw` draws again (mmpose; the default). */
  readonly beyond?: "clip" | "redraw";
  /** torchvision's `ColorJitter`, brightness and contrast in a random order. */
  readonly colorJitter?: ColorJitter;
  /** mmpose's `YOLOXHSVRandomAug`. */
  readonly hsv?: HsvJitter;
  /** Albumentations' `Blur`, a box filter. */
  readonly blur?: Blur;
  /** Albumentations' `MedianBlur`. */
  readonly medianBlur?: Blur;
  /** Albumentations' `CoarseDropout` with one black hole: what it covers is still to be found. */
  readonly dropout?: Dropout;
}

/** A crop of the upper or the lower body about the mean of its labelled joints, in place of the person's box. */
export interface HalfBody {
  /** Of doing it to a person with enough joints. */
  readonly probability: number;
  /** Fewest labelled joints of the person. */
  readonly joints: number;
  /** Fewest labelled joints of a half that is shown. */
  readonly half: readonly [upper: number, lower: number];
  /**
   * Probability of the upper half, where both halves have enough joints. HRNet means one half but compares a normal instead of a uniform number
   * with 0.5, which gives Φ(0.5) = 0.69146.
   */
  readonly upper: number;
  /** The crop's size over that of the box about the joints. */
  readonly padding: number;
}

/** A move of the crop along each axis by a share of its size before it is widened to the input's aspect: normal, cut at one deviation. */
export interface Shift {
  readonly probability: number;
  /** Deviation and limit. */
  readonly share: number;
}

/** A factor on the crop's size: normal, cut at one deviation. */
export interface Scaling {
  readonly probability: number;
  /** The limits; their middle is the mean, half their distance the deviation. */
  readonly range: readonly [from: number, to: number];
}

/** A turn of the crop: normal about 0, in degrees. */
export interface Rotation {
  readonly probability: number;
  readonly deviation: number;
  readonly limit: number;
}

/** Factors drawn evenly from 1 ± each, but at least 0. */
export interface ColorJitter {
  readonly brightness: number;
  readonly contrast: number;
}

/** Shifts drawn evenly from ± each and cut to whole numbers, then each left out with probability ½. */
export interface HsvJitter {
  /** In steps of 2°. */
  readonly hue: number;
  readonly saturation: number;
  readonly value: number;
}

/** A filter of k × k pixels, k odd and drawn evenly from the range. */
export interface Blur {
  readonly probability: number;
  readonly kernel: readonly [from: number, to: number];
}

/** A hole whose width and height are shares of the crop's, drawn evenly from the range, each on its own. */
export interface Dropout {
  readonly probability: number;
  readonly side: readonly [from: number, to: number];
}

/** An augmentation and the epochs that have it. */
export interface AugmentationStage {
  /** The first epoch, counted from 0. */
  readonly from: number;
  /** Null: none. */
  readonly augmentation: Augmentation | null;
}

/** The augmentation of an epoch: that of the last stage that has begun, or null before the first. */
export function augmentationOf(stages: readonly AugmentationStage[], epoch: number): Augmentation | null {
  return stages.findLast(({ from }) => from <= epoch)?.augmentation ?? null;
}
