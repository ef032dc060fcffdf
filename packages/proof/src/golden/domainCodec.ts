import {
  blurPlane,
  boxToCenterScale,
  cropAffine,
  type DecodeHeatmapsOptions,
  type DecodeSimccOptions,
  decodeHeatmaps,
  decodeSimcc,
  encodeHeatmaps,
  gaussianKernel,
  invertAffine,
  planeOf,
  type Size,
  simccKernelSize,
  unflipHeatmaps,
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

/** Gaussian targets in every coding: sums, maxima, places of the maxima and weights. */
export function checkEncoder(entry: unknown): GoldenOutcome {
  const points = items(items(field(entry, "keypoints"))[0]).map(numbers);
  const visible = numbers(field(entry, "visible"));
  const triplets = points.flatMap(([x = 0, y = 0], k) => [x, y, visible[k] ?? 0]);
  return checked(
    (["msra", "unbiased", "udp"] as const).flatMap((encoding) => {
      const { heatmaps, mask } = encodeHeatmaps(triplets, { input: { width: 192, height: 256 }, heatmap: small, sigma: 2, encoding });
      const maps = points.map((_, k) => planeOf(heatmaps, small, points.length, k).values);
      const maxima = maps.map((map) => Math.max(...map));
      const values: Readonly<Record<string, ArrayLike<number>>> = {
        weights: mask,
        sum_per_joint: maps.map((map) => map.reduce((sum, value) => sum + value, 0)),
        max: maxima,
        argmax: maps.map((map, k) => map.indexOf(maxima[k]!)),
      };
      return Object.entries(values).map(([name, got]) => compared(`${encoding} ${name}`, got, numbers(field(entry, encoding, name))));
    }),
  );
}

/** Decoding of six Gaussians by every rule, the way back into the image, and the blur that DARK reads them through. */
export function checkDecoder(entry: unknown): GoldenOutcome {
  const decode = (name: string, path: readonly string[], options: Partial<DecodeHeatmapsOptions>): TensorCheck => {
    const expected = numbers(field(entry, ...path));
    const decoded = decodeHeatmaps(sixGaussians, { heatmap: small, joints: peaks.length, input: small, ...options });
    const kept = decoded.filter((_, i) => (name === "maxval") === (i % 3 === 2));
    return compared(name, kept.slice(0, expected.length), expected);
  };
  const final = "hrnet get_final_preds center=(320,240) scale=(0.9,1.2)";
  const input: Size = { width: 192, height: 256 };
  const region = { center: [320, 240], scale: { width: 0.9 * scaleUnit, height: 1.2 * scaleUnit } } as const;
  const toImage = invertAffine(cropAffine(region, input));
  const blurred = peaks.map((_, k) => blurPlane(planeOf(sixGaussians, small, peaks.length, k), gaussianKernel(11)).values);
  const sums = numbers(field(entry, "gaussian_blur k=11 sums"));
  return checked([
    decode("argmax", ["argmax"], { decoding: "argmax" }),
    decode("maxval", ["maxval"], { decoding: "argmax" }),
    decode("quarter (mmpose refine_keypoints)", ["quarter (mmpose refine_keypoints)"], { decoding: "mmpose" }),
    decode("dark kernel 11", ["dark kernel 11"], { decoding: "dark" }),
    decode("dark_udp kernel 11", ["dark_udp kernel 11"], { decoding: "dark-udp" }),
    decode("heatmap_coords", [final, "heatmap_coords"], {}),
    decode("image_coords", [final, "image_coords"], { input, toImage }),
    compared(
      "gaussian_blur sums",
      blurred.slice(0, sums.length).map((map) => map.reduce((sum, value) => sum + value, 0)),
      sums,
    ),
    compared(
      "gaussian_blur value",
      [blurred[0]![30 * small.width + 20]!],
      [number(field(entry, "gaussian_blur k=11 value at (x=20,y=30) of map 0"))],
    ),
    ...[3, 7, 11, 17].map((size) =>
      compared(`kernel ${size}`, gaussianKernel(size), numbers(field(entry, `cv2.getGaussianKernel(${size},0)`))),
    ),
  ]);
}

/** The six maps of {@link checkDecoder} as those of a mirrored crop, with the shift of a cell. */
export function checkFlip(entry: unknown): GoldenOutcome {
  const sum = (maps: Float32Array): number => maps.reduce((total, value) => total + value, 0);
  const mirrored = unflipHeatmaps(sixGaussians, small.width, [...peaks.keys()], false);
  return checked([
    compared("sum_original", [sum(mirrored)], [number(field(entry, "sum_original"))]),
    compared(
      "sum_shifted",
      [sum(unflipHeatmaps(sixGaussians, small.width, [...peaks.keys()], true))],
      [number(field(entry, "sum_shifted"))],
    ),
  ]);
}

/** Decoding of Gaussians over x and over y; positions are those of the bins, divided by the split ratio. */
export function checkSimccDecoder(entry: unknown): GoldenOutcome {
  const vectors = (bins: number, sigma: number, factor: number, axis: 0 | 1) =>
    Float32Array.from({ length: 3 * bins }, (_, i) => {
      const peak = simccPeaks[Math.floor(i / bins)]!;
      return factor * peak[2] * Math.exp(-(((i % bins) - peak[axis]) ** 2) / (2 * sigma ** 2));
    });
  const sigma = [4.9, 5.66] as const;
  const [x, y] = [vectors(384, sigma[0], 1, 0), vectors(512, sigma[1], 0.9, 1)];
  const decoded = (options: Omit<DecodeSimccOptions, "joints">, ...kept: readonly number[]) =>
    [...decodeSimcc(x, y, { joints: simccPeaks.length, ...options })].filter((_, i) => kept.includes(i % 3));
  const expected = (name: string): readonly number[] =>
    items(items(field(entry, name))[0]).flatMap((value) => (typeof value === "number" ? [value] : numbers(value)));
  const dark = { splitRatio: 2, decoding: "dark", sigma } as const;
  return checked([
    compared("argmax", decoded({ splitRatio: 1 }, 0, 1), expected("argmax")),
    compared("keypoints_split2", decoded({ splitRatio: 2 }, 0, 1), expected("keypoints_split2")),
    compared("score_min_of_x_y", decoded({ splitRatio: 2 }, 2), expected("score_min_of_x_y")),
    compared("dark kernels x,y", sigma.map(simccKernelSize), numbers(field(entry, "dark kernels x,y"))),
    compared("dark x", decoded(dark, 0), expected("dark x")),
    compared("dark y", decoded(dark, 1), expected("dark y")),
  ]);
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

/** [h, w, 6] on the small grid: height · exp(−d² / 8) about each of the peaks. */
const sixGaussians = Float32Array.from({ length: small.width * small.height * peaks.length }, (_, i) => {
  const [x, y, height] = peaks[i % peaks.length]!;
  const cell = Math.floor(i / peaks.length);
  return height * Math.exp(-(((cell % small.width) - x) ** 2 + (Math.floor(cell / small.width) - y) ** 2) / 8);
});
