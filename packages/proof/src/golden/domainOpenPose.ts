import { encodeOpenPose, fieldChannels, findPeaks, groupPeaks, heatmapChannels, type OpenPoseMaps, resizeCubic } from "@kindling/pose";
import { checked, compared, type GoldenOutcome } from "./goldenCase.ts";
import { field, items, number, numbers } from "./jsonValues.ts";

/** Targets of two persons: sums of all channels, and how many values of the fields are not 0. */
export function checkOpenPoseTargets(entry: unknown): GoldenOutcome {
  const { heatmaps, pafs } = targetsOf(entry);
  const drawn = pafs.map((value) => (value === 0 ? 0 : 1));
  const expected = (name: string): readonly number[] => numbers(field(entry, name));
  return checked([
    compared("heatmap_sum_per_channel", sums(heatmaps, heatmapChannels), expected("heatmap_sum_per_channel")),
    compared("paf_sum_per_channel", sums(pafs, fieldChannels), expected("paf_sum_per_channel")),
    compared("paf_nonzero_per_channel", sums(drawn, fieldChannels), expected("paf_nonzero_per_channel")),
  ]);
}

/** The same at the image's size. */
export function checkOpenPoseUpsampling(entry: unknown, content: unknown): GoldenOutcome {
  const { heatmaps, pafs } = upsampled(content);
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  return checked([
    compared("heat_sum", [sum(heatmaps)], [number(field(entry, "heat_sum"))]),
    compared("heat_max", [jointPeak(heatmaps)], [number(field(entry, "heat_max"))]),
    compared("paf_abs_sum", [sum(pafs.map(Math.abs))], [number(field(entry, "paf_abs_sum"))]),
  ]);
}

/** Peaks and persons, by both ways to assemble them: these persons have no flaw that would tell them apart. */
export function checkOpenPoseGrouping(entry: unknown, content: unknown): GoldenOutcome {
  const maps = upsampled(content);
  const joints = heatmapChannels - 1;
  const peaks = findPeaks(maps.heatmaps, { size: image, channels: heatmapChannels, joints });
  // Ids count on through the joints; they are how the reference's persons name their key points.
  const expectedPeaks = items(field(entry, "peaks_by_type")).map((ofJoint) => items(ofJoint).map(numbers));
  const byId = new Map(expectedPeaks.flat().map(([x = 0, y = 0, score = 0, id = 0]) => [id, [x, y, score]]));
  const persons = items(field(entry, "pose_entries")).map(numbers);
  const expected = persons.map((person) => person.slice(0, joints).flatMap((id) => byId.get(id) ?? [0, 0, 0]));
  const scores = persons.flatMap((person) => person.slice(joints));
  return checked([
    compared("n_keypoints", [peaks.flat().length], [number(field(entry, "n_keypoints"))]),
    compared(
      "peaks_by_type",
      peaks.flatMap((ofJoint) => ofJoint.flatMap(({ x, y, score }) => [x, y, score])),
      expectedPeaks.flat().flatMap((peak) => peak.slice(0, 3)),
    ),
    ...(["published", "merge"] as const).flatMap((assembly) => {
      const found = groupPeaks(maps, image, assembly);
      return [
        compared(
          `pose_entries ${assembly}`,
          found.flatMap(({ keypoints }) => [...keypoints]),
          expected.flat(),
        ),
        compared(
          `score and count ${assembly}`,
          found.flatMap(({ score, count }) => [score, count]),
          scores,
        ),
      ];
    }),
  ]);
}

const image = { width: 368, height: 368 };
const stride = 8;

/** The two persons: the template scaled and moved, the second without two of its key points. */
function targetsOf(entry: unknown): OpenPoseMaps {
  const template = items(field(entry, "template")).map(numbers);
  const persons = (["A", "B"] as const).map((name) => {
    const [centerX = 0, centerY = 0, scale = 0, note] = items(field(entry, name)) as [number, number, number, string?]; // as the file has it
    const missing = new Set((note?.match(/\d+/g) ?? []).map(Number));
    return template.flatMap(([x = 0, y = 0], joint) => [centerX + x * scale, centerY + y * scale, missing.has(joint) ? 0 : 2]);
  });
  return encodeOpenPose(persons, { input: image });
}

function upsampled(content: unknown): OpenPoseMaps {
  const { heatmaps, pafs } = targetsOf(field(content, "targets"));
  const grid = { width: image.width / stride, height: image.height / stride };
  return {
    heatmaps: resizeCubic(heatmaps, heatmapChannels, grid, image),
    pafs: resizeCubic(pafs, fieldChannels, grid, image),
  };
}

/** The highest value of a joint's map: the background is higher. */
function jointPeak(heatmaps: Float32Array): number {
  return heatmaps.reduce((highest, value, at) => (at % heatmapChannels === heatmapChannels - 1 ? highest : Math.max(highest, value)), 0);
}

/** Of each channel over all cells. */
function sums(maps: Float32Array, channels: number): readonly number[] {
  const totals = new Array<number>(channels).fill(0);
  for (const [at, value] of maps.entries()) totals[at % channels]! += value;
  return totals;
}
