import {
  boxToCenterScale,
  cropAffine,
  type DecodeHeatmapsOptions,
  decodeHeatmaps,
  decodeSimcc,
  encodeHeatmaps,
  invertAffine,
  type Size,
} from "@kindling/pose";
import { checked, compared, type GoldenOutcome, type TensorCheck } from "./goldenCase.ts";
import { field, items, number, numbers } from "./jsonValues.ts";

/** HRNet's `scale` counts units of this many pixels. */
const scaleUnit = 200;

/** Crops as HRNet's `get_affine_transform` makes them, and their inverses. */
export function checkAffines(entry: unknown): GoldenOutcome {
  return checked(
    items(entry).map((item, i) => {
      const [x = 0, y = 0] = numbers(field(item, "center"));
      const [width = 0, height = 0] = numbers(field(item, "scale"));
      const [outWidth = 0, outHeight = 0] = numbers(field(item, "out"));
      const region = { center: [x, y], scale: { width: width * scaleUnit, height: height * scaleUnit } } as const;
      const affine = cropAffine(region, { width: outWidth, height: outHeight }, number(field(item, "rot")));
      return compared(`M${i}`, number(field(item, "inv")) === 0 ? affine : invertAffine(affine), numbers(field(item, "M")));
    }),
  );
}

/** Crops of boxes as HRNet's `_box2cs` makes them. */
export function checkBoxes(entry: unknown): GoldenOutcome {
  return checked(
    items(entry).flatMap((item, i) => {
      const [x = 0, y = 0, width = 0, height = 0] = numbers(field(item, "box"));
      const { center, scale } = boxToCenterScale({ x, y, width, height }, number(field(item, "aspect")));
      return [
        compared(`center${i}`, center, numbers(field(item, "center"))),
        compared(`scale${i}`, [scale.width / scaleUnit, scale.height / scaleUnit], numbers(field(item, "scale"))),
      ];
    }),
  );
}

/** Unbiased Gaussian targets: sums, maxima, places of the maxima and weights. */
export function checkEncoder(entry: unknown): GoldenOutcome {
  const points = items(items(field(entry, "keypoints"))[0]).map(numbers);
  const visible = numbers(field(entry, "visible"));
  const triplets = points.flatMap(([x = 0, y = 0], k) => [x, y, visible[k] ?? 0]);
  const { heatmaps, mask } = encodeHeatmaps(triplets, { input: { width: 192, height: 256 }, heatmap: small, sigma: 2 });
  const maps = points.map((_, k) => heatmaps.filter((_value, i) => i % points.length === k));
  const expected = (name: string): readonly number[] => numbers(field(entry, "unbiased", name));
  const maxima = maps.map((map) => Math.max(...map));
  return checked(
    [
      compared("weights", mask, expected("weights")),
      compared(
        "sum_per_joint",
        maps.map((map) => map.reduce((sum, value) => sum + value, 0)),
        expected("sum_per_joint"),
      ),
      compared("max", maxima, expected("max")),
      compared(
        "argmax",
        maps.map((map, k) => map.indexOf(maxima[k]!)),
        expected("argmax"),
      ),
    ],
    "the encoders msra and udp",
  );
}

/** Decoding of six Gaussians: the maximum, both rules of the quarter offset, and the way back into the image. */
export function checkDecoder(entry: unknown): GoldenOutcome {
  const heatmaps = Float32Array.from({ length: small.width * small.height * peaks.length }, (_, i) => {
    const [x, y, height] = peaks[i % peaks.length]!;
    const cell = Math.floor(i / peaks.length);
    return height * Math.exp(-(((cell % small.width) - x) ** 2 + (Math.floor(cell / small.width) - y) ** 2) / 8);
  });
  const decode = (
    name: string,
    path: readonly string[],
    options: Partial<DecodeHeatmapsOptions>,
    joints: number = peaks.length,
  ): TensorCheck => {
    const decoded = [...decodeHeatmaps(heatmaps, { heatmap: small, joints: peaks.length, input: small, ...options })];
    const kept = name === "maxval" ? decoded.filter((_, i) => i % 3 === 2) : decoded.filter((_, i) => i % 3 !== 2);
    const length = name === "maxval" ? joints : 2 * joints;
    return compared(name, kept.slice(0, length), numbers(field(entry, ...path)).slice(0, length));
  };
  const final = "hrnet get_final_preds center=(320,240) scale=(0.9,1.2)";
  const input: Size = { width: 192, height: 256 };
  const region = { center: [320, 240], scale: { width: 0.9 * scaleUnit, height: 1.2 * scaleUnit } } as const;
  const toImage = invertAffine(cropAffine(region, input));
  return checked(
    [
      // The last map is nowhere positive: the reference says (−1, −1) there, and so does ours by mmpose's rule, below.
      decode("argmax", ["argmax"], { refinement: "none" }, peaks.length - 1),
      decode("maxval", ["maxval"], { refinement: "none" }),
      decode("quarter (mmpose refine_keypoints)", ["quarter (mmpose refine_keypoints)"], { refinement: "mmpose" }),
      decode("heatmap_coords", [final, "heatmap_coords"], {}),
      decode("image_coords", [final, "image_coords"], { input, toImage }),
    ],
    "decoding by DARK, and the Gaussian blur it needs",
  );
}

/** Decoding of Gaussians over x and over y; positions are those of the bins, divided by the split ratio. */
export function checkSimccDecoder(entry: unknown): GoldenOutcome {
  const vectors = (bins: number, sigma: number, factor: number, axis: 0 | 1) =>
    Float32Array.from({ length: 3 * bins }, (_, i) => {
      const peak = simccPeaks[Math.floor(i / bins)]!;
      return factor * peak[2] * Math.exp(-(((i % bins) - peak[axis]) ** 2) / (2 * sigma ** 2));
    });
  const [x, y] = [vectors(384, 4.9, 1, 0), vectors(512, 5.66, 0.9, 1)];
  const decoded = (splitRatio: number, kept: (i: number) => boolean) =>
    [...decodeSimcc(x, y, { joints: simccPeaks.length, splitRatio })].filter((_, i) => kept(i % 3));
  const isPosition = (i: number) => i < 2;
  const expected = (name: string): readonly number[] =>
    items(items(field(entry, name))[0]).flatMap((value) => (typeof value === "number" ? [value] : numbers(value)));
  return checked(
    [
      compared("argmax", decoded(1, isPosition), expected("argmax")),
      compared("keypoints_split2", decoded(2, isPosition), expected("keypoints_split2")),
      compared(
        "score_min_of_x_y",
        decoded(2, (i) => i === 2),
        expected("score_min_of_x_y"),
      ),
    ],
    "decoding by DARK",
  );
}

/** Bins of x and y and height of the Gaussians over x; over y they have nine tenths of it. */
const simccPeaks = [
  [100.4, 250.6, 1],
  [3.2, 2.7, 0.6],
  [380.1, 500.9, 0.2],
] as const;

const small: Size = { width: 48, height: 64 };

/** x, y and height of the Gaussians; the last is negated. */
const peaks = [
  [20.3, 30.7, 0.9],
  [10, 12, 0.5],
  [40.49, 5.51, 1.2],
  [1.2, 1.4, 0.8],
  [46.8, 62.1, 0.7],
  [24.75, 33.25, -0.3],
] as const;
