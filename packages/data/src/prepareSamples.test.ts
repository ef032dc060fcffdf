import { existsSync } from "node:fs";
import path from "node:path";
import { applyAffine, bodyHalves, coco17, cropOfBox, decodeHeatmaps, invertAffine } from "@kindling/pose";
import { expect, test } from "vitest";
import { decodeImage } from "./decode.node.ts";
import { readCoco } from "./formats/readCoco.node.ts";
import { personView } from "./personView.ts";
import { allocateSamples, decodedCrops, prepareSamples } from "./prepareSamples.ts";

const cocoMini = path.resolve(import.meta.dirname, "../../../../shared/data/coco-mini");

test.skipIf(!existsSync(cocoMini)).each([
  [192, 256, 48, 64, 2],
  [72, 96, 18, 24, 1],
])(
  "sample → crop %i × %i → heatmap %i × %i → decode → image comes back within half a heatmap pixel (skipped when shared/data is absent)",
  async (width, height, columns, rows, sigma) => {
    const codec = { kind: "heatmaps", heatmap: { width: columns, height: rows }, sigma, encoding: "unbiased" } as const;
    const options = { input: { width, height }, codec };
    const { samples, skeleton } = await readCoco({
      annotations: `${cocoMini}/annotations/person_keypoints_val.json`,
      images: `${cocoMini}/images`,
    });
    const viewOptions = { input: options.input, skeleton, halves: bodyHalves(skeleton), augmentation: null };
    const views = samples.map((each, sample) => personView(each, viewOptions, { seed: 0, epoch: 0, sample }));
    const prepared = allocateSamples(samples.length, 17, options, (bytes) => new ArrayBuffer(bytes));
    await prepareSamples(samples, views, options, decodedCrops(decodeImage, options.input), prepared);
    let compared = 0;
    for (const [n, { box, keypoints }] of samples.entries()) {
      const crop = cropOfBox(box, options.input);
      const target = prepared.targets.target!.subarray(n * rows * columns * 17, (n + 1) * rows * columns * 17);
      const decoded = decodeHeatmaps(target, {
        heatmap: codec.heatmap,
        input: options.input,
        joints: coco17.joints.length,
        toImage: invertAffine(crop),
        decoding: "argmax",
      });
      const stride = width / columns / crop[0]; // image pixels to a heatmap pixel: these crops are not turned
      for (let k = 0; k < 17; k++) {
        const [x, y, v] = keypoints.subarray(k * 3, k * 3 + 3) as unknown as readonly [number, number, number];
        if (prepared.targets.mask![n * 17 + k] === 0) continue;
        expect(v).toBeGreaterThan(0);
        // The last cells' middles lie before the far edge, so a joint in the outermost half of a cell comes back up to one cell off.
        const [cx, cy] = applyAffine(crop, [x, y]);
        const inGrid = cx <= width - width / columns / 2 && cy <= height - height / rows / 2;
        const tolerance = stride * (inGrid ? 0.5 : 1) + 1e-3;
        expect(Math.abs(decoded[k * 3]! - x)).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(decoded[k * 3 + 1]! - y)).toBeLessThanOrEqual(tolerance);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(400);
  },
);
