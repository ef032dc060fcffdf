import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { avgPool2d } from "./avgPool2d.ts";
import { concatChannels } from "./concatChannels.ts";
import { flip } from "./flip.ts";
import { crop, pad } from "./pad.ts";
import { permuteChannels } from "./permuteChannels.ts";
import { padChannels, sliceChannels } from "./sliceChannels.ts";

test("pixels, channels and windows that are not there are refused, and so are storage types side by side", () => {
  const graph = new Graph();
  const x = graph.input("x", [1, 4, 5, 3], "f32");
  const row = graph.input("row", [7], "f32");
  expect(() => crop(x, { top: 2, left: 0, height: 3, width: 1 })).toThrow("3 × 1 pixels from row 2");
  expect(() => crop(x, { top: 0, left: -1, height: 1, width: 1 })).toThrow("column -1");
  expect(() => crop(x, { top: 0, left: 0, height: 0, width: 1 })).toThrow("0 × 1 pixels");
  expect(() => pad(x, { top: 0, bottom: -1, left: 0, right: 0 })).toThrow("0 or more");
  expect(() => flip(row, "width")).toThrow("[n,h,w,c]");
  expect(() => padChannels(x, 0.5, 0)).toThrow("whole numbers");
  expect(() => sliceChannels(x, 2, 2)).toThrow("the 2 channels from 2 on");
  expect(() => sliceChannels(x, 2, -1)).toThrow("one at least");
  for (const order of [
    [0, 1],
    [0, 1, 1],
    [1, 2, 3],
  ])
    expect(() => permuteChannels(x, order)).toThrow("each of 3 channels once");
  expect(() => avgPool2d(x, { kernel: 6 })).toThrow("exceeds the image");
  expect(() => avgPool2d(x, { kernel: 3, padding: 2 })).toThrow("at most half");
  expect(() => avgPool2d(x, { kernel: 2, stride: 0 })).toThrow("at least 1");
  expect(() => concatChannels([x, graph.input("half", [1, 4, 5, 3], "f16")])).toThrow("stored alike");
});
