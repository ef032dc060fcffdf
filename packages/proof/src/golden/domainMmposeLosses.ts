import { adaptiveWing, compile, Graph } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { checked, type GoldenOutcome } from "./goldenCase.ts";
import { field, number } from "./jsonValues.ts";

const wing = "AdaptiveWing(mmpose: alpha 2.1 omega 14 eps 1 theta .5, no x10 mask) pred ones target zeros 1x3x2x2";

/** The loss of mmpose's tests that Kindling has; it has none of the others. */
export async function checkMmposeLosses(device: Device, entry: unknown): Promise<GoldenOutcome> {
  const graph = new Graph();
  const [prediction, target] = [graph.input("prediction", [1, 2, 2, 3], "f32"), graph.input("target", [1, 2, 2, 3], "f32")];
  const mask = graph.input("mask", [1, 3], "f32");
  const loss = adaptiveWing(prediction, target, mask, { importanceWeight: 0, normalization: "all" });
  using program = await compile(graph, device, { store: null, outputs: { loss } });
  program.write("prediction", new Float32Array(12).fill(1));
  program.write("target", new Float32Array(12));
  program.write("mask", new Float32Array(3).fill(1));
  program.run();
  const [got = Number.NaN] = await program.read("loss");
  const error = Math.abs(got - number(field(entry, wing)));
  return checked(
    [{ name: "AdaptiveWing", error, bound: number(field(entry, "tolerance")) }],
    "the focal, varifocal and InfoNCE losses of detectors and whole-body trackers are in no recipe of ours",
  );
}
