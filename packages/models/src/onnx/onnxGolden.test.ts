import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { createModel } from "../createModel.ts";
import { foldBatchNorm } from "../foldBatchNorm.ts";
import { nameModule } from "../module.ts";
import { readWeights } from "../stateDict/readWeights.ts";
import { openOnnx } from "../testing/onnxRuntime.node.ts";
import { haveShared, sharedFile } from "../testing/sharedFiles.node.ts";
import { encodeOnnx } from "./encodeOnnx.ts";
import { exportOnnx } from "./exportOnnx.ts";

test.skipIf(!haveShared)(
  "a checkpoint that was exported gives PyTorch's heatmaps in ONNX Runtime (skipped where ../shared is absent)",
  async () => {
    const values = readWeights(sharedFile("golden/models/hrnet_w8_values.safetensors"), { file: "values" });
    const weights = readWeights(sharedFile("golden/models/hrnet_w8.pth"), { file: "hrnet_w8.pth" });
    const x = values.get("x")!;
    const expected = values.get("output_eval")!;
    const model = createModel("hrnet-w8");
    nameModule(model, "");
    foldBatchNorm(model);
    const session = await openOnnx(encodeOnnx(exportOnnx(model, weights, "hrnet_w8.pth", [x.shape[2]!, x.shape[3]!])));
    const { heatmaps } = await session.run({ image: x });
    expect(heatmaps!.shape).toEqual(expected.shape);
    expect(relativeError(heatmaps!.data, expected.data)).toBeLessThan(1e-5);
  },
);
