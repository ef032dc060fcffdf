import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type Affine,
  applyAffine,
  boxToCenterScale,
  cropAffine,
  decodeHeatmaps,
  encodeHeatmaps,
  invertAffine,
  transformKeypoints,
} from "./index.ts";

// The reference values were computed by HRNet's and mmpose's own code; the files say from which inputs.
interface Codec {
  readonly hrnet_get_affine_transform: readonly {
    readonly center: readonly [number, number];
    readonly scale: readonly [number, number];
    readonly rot: number;
    readonly out: readonly [number, number];
    readonly inv: 0 | 1;
    readonly M: readonly (readonly number[])[];
  }[];
  readonly hrnet_box2cs: readonly {
    readonly box: readonly [number, number, number, number];
    readonly aspect: number;
    readonly center: readonly [number, number];
    readonly scale: readonly [number, number];
  }[];
  readonly encode_192x256_to_48x64_sigma2: {
    readonly keypoints: readonly (readonly (readonly [number, number])[])[];
    readonly visible: readonly (readonly number[])[];
    readonly unbiased: {
      readonly weights: readonly (readonly number[])[];
      readonly sum_per_joint: number[];
      readonly argmax: number[];
      readonly max: number[];
    };
  };
  readonly decode_48x64: {
    readonly argmax: readonly (readonly [number, number])[];
    readonly maxval: readonly number[];
    readonly "quarter (mmpose refine_keypoints)": readonly (readonly [number, number])[];
    readonly "hrnet get_final_preds center=(320,240) scale=(0.9,1.2)": {
      readonly heatmap_coords: readonly (readonly [number, number])[];
      readonly image_coords: readonly (readonly [number, number])[];
    };
  };
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../test/golden/domain/${name}.json`, import.meta.url), "utf8"));
const codec = read("codec") as Codec;

describe("crop", () => {
  test.each(codec.hrnet_box2cs)("box $box becomes HRNet's centre and scale", ({ box: [x, y, width, height], aspect, center, scale }) => {
    const region = boxToCenterScale({ x, y, width, height }, aspect);
    expectClose(region.center, center, 1e-9);
    expectClose([region.scale.width / 200, region.scale.height / 200], scale, 1e-9);
  });

  test.each(codec.hrnet_get_affine_transform)(
    "the affine of $center, rotation $rot, inverse $inv is HRNet's",
    ({ center, scale, rot, out, inv, M }) => {
      const region = { center, scale: { width: scale[0] * 200, height: scale[1] * 200 } };
      const affine = cropAffine(region, { width: out[0], height: out[1] }, rot);
      expectClose(inv ? invertAffine(affine) : affine, M.flat(), 2e-5);
    },
  );
});

test("unbiased targets have mmpose's sums, maxima, argmax and weights", () => {
  const { keypoints, visible, unbiased } = codec.encode_192x256_to_48x64_sigma2;
  const triplets = keypoints[0]!.flatMap(([x, y], k) => [x, y, visible[0]![k]!]);
  const { heatmaps, mask } = encodeHeatmaps(triplets, { input: { width: 192, height: 256 }, heatmap: { width: 48, height: 64 }, sigma: 2 });
  const joints = mask.length;
  expect([...mask]).toEqual(unbiased.weights[0]);
  for (let k = 0; k < joints; k++) {
    const map = heatmaps.filter((_, i) => i % joints === k);
    expect(map.reduce((sum, value) => sum + value, 0)).toBeCloseTo(unbiased.sum_per_joint[k]!, 5);
    expect(Math.max(...map)).toBeCloseTo(unbiased.max[k]!, 6);
    expect(map.indexOf(Math.max(...map))).toBe(unbiased.argmax[k]);
  }
});

describe("decode", () => {
  const heatmap = { width: 48, height: 64 };
  const peaks = [
    [20.3, 30.7, 0.9],
    [10, 12, 0.5],
    [40.49, 5.51, 1.2],
    [1.2, 1.4, 0.8],
    [46.8, 62.1, 0.7],
    [24.75, 33.25, -0.3],
  ] as const;
  const heatmaps = Float32Array.from({ length: 48 * 64 * 6 }, (_, i) => {
    const [x, y, height] = peaks[i % 6]!;
    const cell = Math.floor(i / 6);
    return height * Math.exp(-(((cell % 48) - x) ** 2 + (Math.floor(cell / 48) - y) ** 2) / 8);
  });
  const golden = codec.decode_48x64;

  test("the first maximum and mmpose's quarter offset", () => {
    const plain = decodeHeatmaps(heatmaps, { heatmap, joints: 6, input: heatmap, decoding: "argmax" });
    expectClose(positions(plain).slice(0, 10), golden.argmax.flat().slice(0, 10), 0);
    expectClose(
      [...plain].filter((_, i) => i % 3 === 2),
      golden.maxval,
      1e-6,
    );
    const refined = decodeHeatmaps(heatmaps, { heatmap, joints: 6, input: heatmap, decoding: "mmpose" });
    expectClose(positions(refined), golden["quarter (mmpose refine_keypoints)"].flat(), 0);
  });

  test("HRNet's quarter offset and its way back into the image, whichever grid the crop was made for", () => {
    const final = golden["hrnet get_final_preds center=(320,240) scale=(0.9,1.2)"];
    expectClose(positions(decodeHeatmaps(heatmaps, { heatmap, joints: 6, input: heatmap })), final.heatmap_coords.flat(), 0);
    const input = { width: 192, height: 256 };
    const toImage = invertAffine(cropAffine({ center: [320, 240], scale: { width: 180, height: 240 } }, input));
    expectClose(positions(decodeHeatmaps(heatmaps, { heatmap, joints: 6, input, toImage })), final.image_coords.flat(), 1e-9);
  });
});

test("the affine helpers agree with one another", () => {
  const affine: Affine = [2, 1, -3, -1, 2, 5];
  const [x, y] = applyAffine(affine, [4, 7]);
  expectClose(transformKeypoints(invertAffine(affine), [x, y, 0.5]), [4, 7, 0.5], 1e-12);
});

function positions(keypoints: Float64Array): number[] {
  return [...keypoints].filter((_, i) => i % 3 !== 2);
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i]! - expected[i]!), `value ${i}`).toBeLessThanOrEqual(tolerance);
}
