import { openDevice, ShapeError } from "@kindling/gpu";
import { mapAgreementReference, mapPeaksReference } from "@kindling/kernels";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { backward } from "../backward.ts";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { mapAgreement, mapAgreementOp } from "./mapAgreement.ts";
import { mapPeaks, mapPeaksOp } from "./mapPeaks.ts";
import { mse } from "./mse.ts";
import { teacherConfidence } from "./teacherConfidence.ts";

const device = await openDevice();
const [n, h, w, k] = [3, 7, 5, 4];

test("a teacher is trusted by its peaks, and not at all where they lie far from the labels", async () => {
  const graph = new Graph();
  const [teacher, target] = [graph.input("teacher", [n, h, w, k], "f32"), graph.input("target", [n, h, w, k], "f32")];
  const mask = graph.input("mask", [n, k], "f32");
  const outputs = { peaks: teacherConfidence(teacher), near: teacherConfidence(teacher, { target, mask, radius: 2 }) };
  expect(new Set(graph.nodes.map(({ op }) => op))).toContain(mapPeaksOp);
  expect(new Set(graph.nodes.map(({ op }) => op))).toContain(mapAgreementOp);
  using program = await compile(graph, device, { store: null, outputs });
  const [heatmaps, labels] = [randomValues(1, n * h * w * k, -0.2, 0.9), randomValues(2, n * h * w * k)];
  for (let cell = 0; cell < h * w; cell++) heatmaps[cell * k] = -0.1 * (1 + cell); // a map that is nowhere above 0
  const visible = randomValues(3, n * k, 0, 1).map((value) => (value < 0.6 ? 1 : 0));
  program.write("teacher", Float32Array.from(heatmaps));
  program.write("target", Float32Array.from(labels));
  program.write("mask", Float32Array.from(visible));
  program.run();
  const axis = { outer: n, length: h * w, inner: k };
  const [own, truth] = [mapPeaksReference(axis, Float64Array.from(heatmaps)), mapPeaksReference(axis, Float64Array.from(labels))];
  const problem = { size: n * k, width: w, radius: 2 };
  const near = mapAgreementReference(problem, own.place.value, truth.place.value, Float64Array.from(visible)).value;
  const peaks = own.peak.value.map((peak) => Math.max(0, peak));
  expect(peaks[0]).toBe(0);
  expect(new Set(near)).toEqual(new Set([0, 1]));
  expect([...(await program.read("peaks"))]).toEqual([...peaks]);
  expect([...(await program.read("near"))]).toEqual([...peaks.map((peak, i) => peak * near[i]!)]);
});

test("a loss weighted by confidence teaches the student alone", () => {
  const graph = new Graph();
  const [student, teacher] = [graph.input("student", [n, h, w, k], "f32"), graph.input("teacher", [n, h, w, k], "f32")];
  const [gradient] = backward(mse(student, teacher, teacherConfidence(teacher), { normalization: "all" }), [student]);
  expect(gradient?.shape).toEqual([n, h, w, k]);
});

test("maps of another rank, places of another shape and a negative radius are refused", () => {
  const graph = new Graph();
  const [maps, vector] = [graph.input("maps", [n, h, w, k], "f32"), graph.input("vector", [n, k], "f32")];
  expect(() => mapPeaks(vector)).toThrow(ShapeError);
  const { place } = mapPeaks(maps);
  expect(() => mapAgreement(place, maps, vector, { width: w, radius: 1 })).toThrow(ShapeError);
  expect(() => mapAgreement(place, place, vector, { width: w, radius: -1 })).toThrow(RangeError);
});
