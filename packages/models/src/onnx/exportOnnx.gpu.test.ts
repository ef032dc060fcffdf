import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { type CreateModelOptions, createModel } from "../createModel.ts";
import { foldBatchNorm } from "../foldBatchNorm.ts";
import type { HeightWidth } from "../modelCard.ts";
import { nameModule } from "../module.ts";
import type { PoseModel } from "../poseModel.ts";
import { compareWithOnnx, type OnnxComparison } from "../testing/compareWithOnnx.ts";
import { trainedLike } from "../testing/trainedLike.ts";
import { exportOnnx } from "./exportOnnx.ts";

const device = await openDevice();

/** One of each kind, narrow where it can be, on small crops with odd sizes inside. */
const networks: readonly (readonly [name: string, options: CreateModelOptions, input: HeightWidth])[] = [
  ["squeezenet-hpe", { width: 0.25, joints: 5 }, [70, 52]],
  ["squeezenet-hpe", { width: 0.25, joints: 5, head: "beforeUpsampling" }, [70, 52]],
  ["squeezenet-hpe", { width: 0.25, joints: 5, head: "deconvolution" }, [70, 52]],
  ["squeezenet1_1", { joints: 7 }, [70, 52]],
  ["hrnet-w4", { joints: 3 }, [70, 44]],
  ["multi-hrnet-w4", { joints: 3 }, [70, 44]],
  ["okdhp-hrnet-w4", { joints: 3, branches: 2 }, [70, 44]],
  ["openpose-lite", {}, [44, 60]],
  ["openpose-tiny", {}, [44, 60]],
  ["simplebaseline-mobilenetv2", { joints: 3 }, [64, 40]],
  ["rtmpose-t", { joints: 5 }, [70, 44]],
];

test.each(networks)("ONNX Runtime computes of any batch what %s %j does", { timeout: 240_000 }, async (name, options, input) => {
  const model = named(name, options, input);
  foldBatchNorm(model);
  const { inputs, outputs, computed } = await compareWithOnnx(device, model, input, [1, 3]);
  expect(inputs).toEqual({ image: ["batch", 3, ...input] });
  const inFile = ([h, w, c]: readonly number[]) => (c === undefined ? [h, w].filter((size) => size !== undefined) : [c, h!, w!]);
  expect(Object.entries(outputs)).toEqual(model.card.outputs(input).map((output) => [output.name, ["batch", ...inFile(output.shape)]]));
  expectEqual(computed);
});

test("ONNX Runtime computes what a network does whose batch norms are not folded", async () => {
  const model = named("openpose-tiny", {}, [44, 60]);
  const { nodes } = exportOnnx(model, trainedLike(model), "test", [44, 60]);
  expect(nodes.filter(({ opType }) => opType === "BatchNormalization").length).toBeGreaterThan(5);
  expectEqual((await compareWithOnnx(device, model, [44, 60], [2])).computed);
});

/** Far from the 1e-4 that is asked for: rounding alone. */
function expectEqual(computed: OnnxComparison["computed"]): void {
  for (const { name, onnx, ours } of computed) {
    expect(onnx.shape).toEqual(ours.shape);
    expect(relativeError(onnx.data, ours.data), `${name} of ${onnx.shape[0]}`).toBeLessThan(1e-5);
  }
}

test("weights have PyTorch's names and layouts, and a folded batch norm is in its convolution's weight and bias", () => {
  const model = named("hrnet-w4", { joints: 3 }, [64, 64]);
  const weights = trainedLike(model);
  const plain = exportOnnx(model, weights, "test", [64, 64]);
  const weighted = plain.initializers.filter(({ name }) => weights.has(name));
  expect(new Set(weighted.map(({ name }) => name))).toEqual(new Set(weights.keys()));
  for (const { name, shape, data } of weighted) expect({ shape, data: data() }, name).toEqual(weights.get(name));

  foldBatchNorm(model);
  const folded = exportOnnx(model, weights, "test", [64, 64]);
  const opTypes = new Set(folded.nodes.map(({ opType }) => opType));
  expect(opTypes).toEqual(new Set(["Conv", "Relu", "Add", "Resize"]));
  const numbers = new Map(folded.initializers.map(({ name, data }) => [name, data()]));
  const scale = (channel: number) =>
    weights.get("bn1.weight")!.data[channel]! / Math.sqrt(weights.get("bn1.running_var")!.data[channel]! + 1e-5);
  expect(numbers.get("conv1.weight")![27]).toBe(Math.fround(weights.get("conv1.weight")!.data[27]! * scale(1)));
  expect(numbers.get("conv1.bias")![1]).toBeCloseTo(
    weights.get("bn1.bias")!.data[1]! - weights.get("bn1.running_mean")!.data[1]! * scale(1),
    5,
  );
  expect(numbers.has("bn1.weight")).toBe(false);
});

test("values carry the names of modules, and metadata what those who feed and read the network must know", () => {
  const { nodes, values, metadata } = exportOnnx(...squeezenet());
  expect(nodes.map(({ output }) => output)).toContain("backbone.12.out");
  expect(values.find(({ name }) => name === "backbone.12.out")?.shape).toEqual(["batch", 128, 3, 2]);
  expect(new Set(nodes.map(({ output }) => output)).size).toBe(nodes.length);
  expect(nodes.at(-1)).toMatchObject({ opType: "Conv", output: "heatmaps" });
  expect(metadata).toEqual({
    model: "squeezenet-hpe",
    joints: "17",
    skeleton: "coco17",
    input: "64x48",
    channelOrder: "rgb",
    mean: "[0.485,0.456,0.406]",
    std: "[0.229,0.224,0.225]",
    codec: '{"kind":"heatmaps"}',
    source: expect.stringContaining("Iandola"),
  });
});

test("weights of another network are refused by the name of their file", () => {
  const [model, weights, , input] = squeezenet();
  const lacking = new Map([...weights].filter(([name]) => name !== "conv_heatmap.bias"));
  expect(() => exportOnnx(model, lacking, "student.pth", input)).toThrow(/^student.pth: .*1 missing \(conv_heatmap.bias\)/);
});

function squeezenet(): Parameters<typeof exportOnnx> {
  const model = named("squeezenet-hpe", { width: 0.25 }, [64, 48]);
  return [model, trainedLike(model), "test", [64, 48]];
}

function named(name: string, options: CreateModelOptions, input: HeightWidth): PoseModel {
  const model = createModel(name, { ...options, input });
  nameModule(model, "network");
  return model;
}
