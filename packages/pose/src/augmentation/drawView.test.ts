import { expect, test } from "vitest";
import { applyAffine } from "../boxes/affine.ts";
import { cropAffine, cropOfBox } from "../boxes/crop.ts";
import { coco17 } from "../skeletons/coco17.ts";
import type { Augmentation } from "./augmentation.ts";
import { augmentationOf } from "./augmentation.ts";
import { augmentationPresets } from "./augmentationPresets.ts";
import { bodyHalves } from "./bodyHalves.ts";
import { drawView } from "./drawView.ts";
import { plainView, type SampleView } from "./sampleView.ts";

const input = { width: 192, height: 256 };
const place = { seed: 7, epoch: 3, sample: 0 };
const halves = bodyHalves(coco17);
/** A box of 60 × 120 pixels, so that the crop is 75 × 1.25 · … high and 112.5 wide; joints of the upper half at y < 60, of the lower at y ≥ 60. */
const person = {
  box: { x: 100, y: 20, width: 60, height: 120 },
  keypoints: coco17.joints.flatMap((_, joint) => [100 + 3 * joint, halves.upper.includes(joint) ? 20 + 2 * joint : 60 + 5 * joint, 2]),
  imageWidth: 640,
};
const view = (augmentation: Augmentation, sample = 0, who = person): SampleView =>
  drawView(who, { augmentation, input, halves }, { seed: 7, epoch: 3, sample });

test("without any part the view is the plain one, bit for bit", () => {
  expect(view({})).toEqual(plainView(person.box, input));
});

test("mirroring maps the centre to width − 1 − x (HRNet, JointsDataset.py)", () => {
  const mirrored = view({ flip: 1 });
  expect(mirrored.mirrored).toBe(true);
  // Centre (130, 80) → (509, 80); 120 · 0.75 · 1.25 = 112.5 wide: zoom 192 / 112.5.
  const zoom = 192 / 112.5;
  expect(mirrored.affine).toEqual(cropAffine({ center: [509, 80], scale: { width: 112.5, height: 150 } }, input));
  expect(mirrored.affine[2]).toBeCloseTo(96 - zoom * 509, 9);
});

test("a factor of 2 shows twice as much about the same centre, and a turn of 90° puts what was above to the left", () => {
  const scaled = view({ scale: { probability: 1, range: [2, 2] } }).affine;
  expect(scaled[0]).toBeCloseTo(96 / 112.5, 12);
  expect(applyAffine(scaled, [130, 80])).toEqual([96, 128]);
  const turned = view({ rotation: { probability: 1, deviation: 1e9, limit: 90 }, beyond: "clip" }).affine;
  const [x, y] = applyAffine(turned, [130, 60]);
  expect(Math.abs(x - 96)).toBeCloseTo((20 * 192) / 112.5, 9);
  expect(y).toBeCloseTo(128, 9);
});

test("half a body is centred on the mean of its labelled joints, with 1.5 times their extent (HRNet's half_body_transform)", () => {
  // The lower half: joints 11 … 16 at x = 133 … 148, y = 115 … 140; mean (140.5, 127.5), extent 15 × 25, so 25 · 0.75 · 1.5 = 28.125 wide.
  const lower = view({ halfBody: { probability: 1, joints: 9, half: [3, 3], upper: 0, padding: 1.5 } });
  expect(lower.affine).toEqual(cropAffine({ center: [140.5, 127.5], scale: { width: 28.125, height: 37.5 } }, input));
  // The upper half: joints 0 … 10 at x = 100 … 130, y = 20 … 40; the width decides: 30 · 1.5 = 45.
  const upper = view({ halfBody: { probability: 1, joints: 9, half: [3, 3], upper: 1, padding: 1.5 } });
  expect(upper.affine).toEqual(cropAffine({ center: [115, 30], scale: { width: 45, height: 60 } }, input));
});

test("half a body needs enough labelled joints; the other half stands in for one that has too few", () => {
  const labelled = (joints: readonly number[]) => ({
    ...person,
    keypoints: person.keypoints.map((value, i) => (i % 3 === 2 && !joints.includes(Math.floor(i / 3)) ? 0 : value)),
  });
  const rule = { probability: 1, joints: 9, half: [3, 3], upper: 0, padding: 1.5 } as const;
  expect(view({ halfBody: rule }, 0, labelled([0, 1, 2, 3, 11, 12, 13, 14]))).toEqual(plainView(person.box, input));
  const few = view({ halfBody: rule }, 0, labelled([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12]));
  expect(applyAffine(few.affine, [112, 28])).toEqual([96, 128]); // the mean of joints 0 … 8
  const none = { ...person, keypoints: person.keypoints.map((value, i) => (i % 3 === 2 ? value : 50)) };
  expect(view({ halfBody: rule }, 0, none)).toEqual(plainView(person.box, input)); // all joints on one point
});

test("RTMPose's half bodies are mmpose's RandomHalfBody as it is: 9 labelled joints, 2 above or 3 below, .7 of them upper", () => {
  const always = { ...augmentationPresets["rtmpose-stage1"].halfBody!, probability: 1 }; // the preset has it
  expect(augmentationPresets["rtmpose-stage2"].halfBody).toEqual(augmentationPresets["rtmpose-stage1"].halfBody);
  expect(augmentationPresets["rtmpose-stage1"].halfBody?.probability).toBe(0.3);
  const labelled = (joints: readonly number[]) => ({
    ...person,
    keypoints: person.keypoints.map((value, i) => (i % 3 === 2 && !joints.includes(Math.floor(i / 3)) ? 0 : value)),
  });
  const plain = plainView(person.box, input);
  const shown = (joints: readonly number[], upper: number): SampleView => view({ halfBody: { ...always, upper } }, 0, labelled(joints));
  expect(shown([0, 1, 2, 3, 4, 5, 6, 7], 1)).toEqual(plain); // 8 in all
  const twoBelow = [0, 1, 2, 3, 4, 5, 6, 11, 12];
  expect(shown(twoBelow, 0)).toEqual(shown(twoBelow, 1)); // the upper half stands in
  expect(shown(twoBelow, 0)).not.toEqual(plain);
  // Of a person with two joints above and seven in all below, both halves can be shown.
  const few = { ...halves, upper: [0, 1], lower: [2, 3, 4, 5, 6, 7, 8] };
  const of = (upper: number) =>
    drawView(labelled([0, 1, 2, 3, 4, 5, 6, 7, 8]), { augmentation: { halfBody: { ...always, upper } }, input, halves: few }, place);
  expect(of(1)).not.toEqual(of(0));
  const views = samples.map((sample) => view({ halfBody: always }, sample));
  const upper = views.filter((each) => Math.abs(drawn(each).center[1] - 30) < 1e-6).length;
  expect(Math.abs(upper / count - 0.7)).toBeLessThan(bound(0.7));
});

/** What was drawn, read from the matrix. */
function drawn({ affine }: SampleView): { zoom: number; degrees: number; center: readonly [number, number] } {
  const [a, b, , d, e] = affine;
  const zoom = Math.hypot(a, b);
  const determinant = a * e - b * d;
  const [dx, dy] = [96 - affine[2], 128 - affine[5]];
  return { zoom, degrees: (Math.atan2(b, a) * 180) / Math.PI, center: [(e * dx - b * dy) / determinant, (a * dy - d * dx) / determinant] };
}

const count = 6000;
const samples = Array.from({ length: count }, (_, i) => i);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value ** 2)) - mean(values) ** 2);
/** Four standard errors of a share. */
const bound = (share: number, of = count): number => 4 * Math.sqrt((share * (1 - share)) / of);

test("HRNet's draws: half bodies .3 of them .69 upper, factors within .65 … 1.35, turns within 90° in .6, mirrored in .5", () => {
  const views = samples.map((sample) => view(augmentationPresets.hrnet, sample));
  const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;
  expect(Math.abs(share(views.map(({ mirrored }) => mirrored)) - 0.5)).toBeLessThan(bound(0.5));

  const centers = views.map((each) => {
    const [x, y] = drawn(each).center;
    return [each.mirrored ? 639 - x : x, y] as const;
  });
  const at = (x: number, y: number) => centers.filter((center) => Math.hypot(center[0] - x, center[1] - y) < 1e-6).length;
  const [whole, upper, lower] = [at(130, 80), at(115, 30), at(140.5, 127.5)];
  expect(whole + upper + lower).toBe(count);
  expect(Math.abs((upper + lower) / count - 0.3)).toBeLessThan(bound(0.3));
  expect(Math.abs(upper / (upper + lower) - 0.69146)).toBeLessThan(bound(0.69146, upper + lower));

  const wholeZoom = 192 / 112.5;
  const factors = views.flatMap((each, i) => (Math.abs(centers[i]![1] - 80) < 1e-6 ? [wholeZoom / drawn(each).zoom] : []));
  expect(Math.min(...factors)).toBeCloseTo(0.65, 9);
  expect(Math.max(...factors)).toBeCloseTo(1.35, 9);
  expect(Math.abs(mean(factors) - 1)).toBeLessThan(0.02);
  expect(Math.abs(deviation(factors) / 0.35 - 0.7184)).toBeLessThan(0.02); // a normal clipped at one deviation

  const turns = views.map((each) => drawn(each).degrees);
  const turned = turns.filter((degrees) => Math.abs(degrees) > 1e-9);
  expect(Math.abs(turned.length / count - 0.6)).toBeLessThan(bound(0.6));
  expect(Math.max(...turns.map(Math.abs))).toBeCloseTo(90, 9);
  expect(Math.abs(mean(turned))).toBeLessThan(3);
  expect(Math.abs(deviation(turned) / 45 - 0.9594)).toBeLessThan(0.04); // clipped at two deviations
});

test("RTMPose's draws: shifts in .3 within .16 of the unwidened box, factors and turns never at their limits", () => {
  const views = samples.map((sample) => view({ ...augmentationPresets["rtmpose-stage1"], flip: 0, halfBody: { ...never } }, sample));
  const shifts = views.map((each) => {
    const [x, y] = drawn(each).center;
    return [(x - 130) / (60 * 1.25), (y - 80) / (120 * 1.25)] as const;
  });
  const shifted = shifts.filter(([x, y]) => Math.hypot(x, y) > 1e-9);
  expect(Math.abs(shifted.length / count - 0.3)).toBeLessThan(bound(0.3));
  for (const shift of shifted) for (const share of shift) expect(Math.abs(share)).toBeLessThan(0.16);
  expect(Math.abs(deviation(shifted.map(([x]) => x)) / 0.16 - 0.5396)).toBeLessThan(0.03); // a normal cut at one deviation
  expect(Math.abs(deviation(shifted.map(([, y]) => y)) / 0.16 - 0.5396)).toBeLessThan(0.03);

  const factors = views.map((each) => 192 / 112.5 / drawn(each).zoom);
  expect(Math.min(...factors)).toBeGreaterThan(0.6);
  expect(Math.max(...factors)).toBeLessThan(1.4);
  expect(Math.abs(deviation(factors) / 0.4 - 0.5396)).toBeLessThan(0.02);
  const turns = views.map((each) => drawn(each).degrees);
  expect(Math.max(...turns.map(Math.abs))).toBeLessThan(80);
  expect(Math.abs(turns.filter((degrees) => Math.abs(degrees) > 1e-9).length / count - 0.6)).toBeLessThan(bound(0.6));
});

test("RTMPose's pixels: HSV always with every shift 0 in half of them, each blur in .1 with sides 3, 5, 7, one hole of .2 … .4 of each side", () => {
  const changes = samples.flatMap((sample) => [...view(augmentationPresets["rtmpose-stage1"], sample).changes]);
  const of = <K extends string>(kind: K) => changes.filter((change): change is Extract<typeof change, { kind: K }> => change.kind === kind);
  const shifts = of("hsv").map(({ shift }) => shift);
  expect(shifts.length).toBe(count);
  for (const [i, reach] of [5, 30, 30].entries()) {
    const amounts = shifts.map((shift) => shift[i]!);
    expect(Math.max(...amounts.map(Math.abs))).toBe(reach - 1); // cut to whole numbers
    const zero = 0.5 + 0.5 / reach;
    expect(Math.abs(amounts.filter((amount) => amount === 0).length / count - zero)).toBeLessThan(bound(zero));
  }
  for (const kind of ["blur", "medianBlur"] as const) {
    const kernels = changes.flatMap((change) => (change.kind === kind ? [change.kernel] : []));
    expect(Math.abs(kernels.length / count - 0.1)).toBeLessThan(bound(0.1));
    for (const side of [3, 5, 7]) expect(Math.abs(kernels.filter((k) => k === side).length / kernels.length - 1 / 3)).toBeLessThan(0.09);
  }
  const holes = of("hole").map(({ box }) => box);
  expect(holes.length).toBe(count);
  for (const { x, y, width, height } of holes) {
    expect([x, y, width, height].every(Number.isInteger)).toBe(true);
    expect(width).toBeGreaterThanOrEqual(Math.trunc(0.2 * 192));
    expect(width).toBeLessThan(0.4 * 192);
    expect(height).toBeGreaterThanOrEqual(Math.trunc(0.2 * 256));
    expect(height).toBeLessThan(0.4 * 256);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(192);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y + height).toBeLessThanOrEqual(256);
  }
  expect(Math.max(...holes.map(({ x, width }) => x + width))).toBe(192);
  expect(Math.abs(mean(holes.map(({ width }) => width)) - 0.3 * 192 + 0.5)).toBeLessThan(0.6);
  const second = samples.flatMap((sample) => [...view(augmentationPresets["rtmpose-stage2"], sample).changes]);
  expect(Math.abs(second.filter(({ kind }) => kind === "hole").length / count - 0.5)).toBeLessThan(bound(0.5));
});

test("colour factors lie within 1 ± their reach, never below 0, in either order", () => {
  const drawnChanges = samples.slice(0, 1000).map((sample) => view({ colorJitter: { brightness: 0.4, contrast: 1.5 } }, sample).changes);
  const factors = (kind: string) =>
    drawnChanges.flat().flatMap((change) => ("factor" in change && change.kind === kind ? [change.factor] : []));
  expect(Math.min(...factors("brightness"))).toBeGreaterThanOrEqual(0.6);
  expect(Math.max(...factors("brightness"))).toBeLessThan(1.4);
  expect(Math.min(...factors("contrast"))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...factors("contrast"))).toBeGreaterThan(2.4);
  expect(Math.abs(drawnChanges.filter(([first]) => first!.kind === "brightness").length / 1000 - 0.5)).toBeLessThan(bound(0.5, 1000));
  expect(view({ colorJitter: { brightness: 0, contrast: 0 } }).changes).toEqual([]);
});

test("a sample can be drawn alone, epochs differ, and a part taken out moves no other draw", () => {
  const preset = augmentationPresets["rtmpose-stage1"];
  expect(view(preset, 17)).toEqual(view(preset, 17));
  const at = (epoch: number) => drawView(person, { augmentation: preset, input, halves }, { seed: 7, epoch, sample: 17 });
  expect(at(3)).toEqual(view(preset, 17));
  expect(at(4)).not.toEqual(at(3));
  const { rotation: _, blur: __, ...rest } = preset;
  for (const sample of samples.slice(0, 50)) {
    const [with_, without] = [view(preset, sample), view(rest, sample)];
    expect(without.mirrored).toBe(with_.mirrored);
    expect(drawn(without).zoom).toBeCloseTo(drawn(with_).zoom, 9);
    expect(without.changes).toEqual(with_.changes.filter(({ kind }) => kind !== "blur"));
  }
});

test("stages begin at their epochs", () => {
  const stages = [
    { from: 0, augmentation: augmentationPresets["rtmpose-stage1"] },
    { from: 390, augmentation: augmentationPresets["rtmpose-stage2"] },
  ];
  expect(augmentationOf(stages, 389)).toBe(stages[0]!.augmentation);
  expect(augmentationOf(stages, 390)).toBe(stages[1]!.augmentation);
  expect(augmentationOf([], 5)).toBeNull();
});

test("udp's rule is that of the plain crop", () => {
  const udp = drawView(person, { augmentation: {}, input, halves, rule: "udp" }, { seed: 1, epoch: 0, sample: 0 });
  expect(udp.affine).toEqual(cropOfBox(person.box, input, "udp"));
});

const never = { probability: 0, joints: 1, half: [1, 1], upper: 0.5, padding: 1 } as const;
