import { openDevice } from "@kindling/gpu";
import { spatialKlReference } from "@kindling/kernels";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { spatialKl } from "./spatialKl.ts";

const device = await openDevice();

test("maps that are almost uniform keep five digits: a Gaussian heatmap against an empty one at temperature 8", async () => {
  const [h, w, k, temperature] = [96, 72, 17, 8];
  const teacher = Float32Array.from({ length: h * w * k }, (_, at) => {
    const [row, column] = [Math.floor(at / (w * k)), Math.floor(at / k) % w];
    return Math.exp(-((row - 48) ** 2 + (column - 36) ** 2) / 8);
  });
  const graph = new Graph();
  const [student, target] = ["student", "teacher"].map((name) => graph.input(name, [1, h, w, k], "f32"));
  const loss = spatialKl(student!, target!, { temperature, normalization: "batch" });
  using program = await compile(graph, device, { store: null, outputs: { loss } });
  program.write("student", new Float32Array(teacher.length));
  program.write("teacher", teacher);
  program.run();
  const ones = new Float64Array(k).fill(1);
  const maps = spatialKlReference(
    { outer: 1, length: h * w, inner: k },
    new Float64Array(teacher.length),
    Float64Array.from(teacher),
    ones,
    1 / temperature,
  );
  const expected = temperature ** 2 * maps.value.reduce((sum, value) => sum + value, 0);
  expect(expected).toBeCloseTo(0.0162, 4);
  expect(relativeError(await program.read("loss"), [expected])).toBeLessThan(1e-5);
});
