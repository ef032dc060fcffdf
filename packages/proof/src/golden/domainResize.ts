import { compile, Graph, resizeBilinear } from "@kindling/autograd";
import { type Device, type Shape, sizeOf } from "@kindling/gpu";
import { checked, compared, type GoldenOutcome } from "./goldenCase.ts";
import { numbers } from "./jsonValues.ts";

/** Sizes [h,w] that a 3×4 image with the values 0 … 11 is resized to, by the names of `domain/forward.json`. */
export const domainResize: Readonly<Record<string, Shape>> = {
  "bilinear align_corners=False 3x4 -> 5x7": [5, 7],
  "bilinear align_corners=False 3x4 -> 2x3": [2, 3],
};

/** Compares the resized image. */
export async function checkResize(device: Device, size: Shape, entry: unknown): Promise<GoldenOutcome> {
  const image: Shape = [1, 3, 4, 1];
  const graph = new Graph();
  const output = resizeBilinear(graph.input("x", image, "f32"), size);
  using program = await compile(graph, device, { store: null, outputs: { output } });
  program.write(
    "x",
    Float32Array.from({ length: sizeOf(image) }, (_, i) => i),
  );
  program.run();
  return checked([compared("output", await program.read("output"), numbers(entry))]);
}
