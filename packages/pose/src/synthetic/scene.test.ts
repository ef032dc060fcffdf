import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Point } from "../boxes/affine.ts";
import { createRandom } from "../random/random.ts";
import { coco17 } from "../skeletons/coco17.ts";
import { annotationsOf } from "./annotationsOf.ts";
import { drawScene } from "./drawScene.ts";
import { covers } from "./outline.ts";
import { type Scene, synthesizeScene } from "./scene.ts";

const size = { width: 192, height: 256 };
const scenes = Array.from({ length: 60 }, (_, seed) => synthesizeScene(createRandom(seed), size));
const people = scenes.flatMap((scene) => scene.persons.map((person, index) => ({ scene, person, index })));
const jointsOf = ({ keypoints }: { readonly keypoints: readonly number[] }) =>
  coco17.joints.map((name, k) => ({ k, name, point: [keypoints[k * 3]!, keypoints[k * 3 + 1]!] as Point, v: keypoints[k * 3 + 2]! }));

test("the same seed gives the same scene and the same drawing, another seed another", () => {
  for (const seed of [0, 7, 31]) {
    expect(synthesizeScene(createRandom(seed), size)).toEqual(scenes[seed]);
    expect(drawScene(synthesizeScene(createRandom(seed), size))).toBe(drawScene(scenes[seed]!));
  }
  expect(drawScene(scenes[0]!)).not.toBe(drawScene(scenes[1]!));
});

describe("visibility flags are true", () => {
  test("a visible joint lies on a shape of its own that no later shape covers", () => {
    for (const { scene, person, index } of people) {
      for (const { k, name, point, v } of jointsOf(person)) {
        if (v !== 2) continue;
        const own = scene.shapes.findLastIndex(
          (shape) => shape.person === index && shape.joints.includes(k) && covers(shape.outline, point),
        );
        expect(own, name).toBeGreaterThanOrEqual(0);
        expect(
          scene.shapes.slice(own + 1).some((shape) => covers(shape.outline, point)),
          name,
        ).toBe(false);
      }
    }
  });

  test("a hidden joint is in the image and under something that it does not lie on", () => {
    for (const { scene, person, index } of people) {
      for (const { k, name, point, v } of jointsOf(person)) {
        if (v !== 1) continue;
        const top = scene.shapes.findLast((shape) => covers(shape.outline, point));
        expect(top?.person === index && top.joints.includes(k), name).toBe(false);
      }
    }
  });

  test("a joint has v = 0 exactly when it is outside the image", () => {
    for (const { person } of people) {
      for (const {
        point: [x, y],
        v,
      } of jointsOf(person))
        expect(v === 0).toBe(!(x >= 0 && x < size.width && y >= 0 && y < size.height));
    }
  });

  test("the picture agrees: with every shape in a colour of its own, a visible joint's pixel has the colour of a shape it lies on", async () => {
    let compared = 0;
    for (const scene of scenes.slice(0, 12)) {
      const pixels = await sharp(Buffer.from(drawScene(flat(scene))))
        .removeAlpha()
        .raw()
        .toBuffer();
      for (const [index, person] of scene.persons.entries()) {
        for (const {
          k,
          name,
          point: [x, y],
          v,
        } of jointsOf(person)) {
          const at = (Math.floor(y) * size.width + Math.floor(x)) * 3;
          const shape = v === 0 ? undefined : scene.shapes[(pixels[at]! * 256 + pixels[at + 1]!) / 8];
          if (!shape || pixels[at + 2] !== 77) continue; // outside, or blended at an edge
          // The pixel's middle may lie on another shape than the joint itself; then the flag is about a point that was not drawn.
          if (shape !== scene.shapes.findLast(({ outline }) => covers(outline, [x, y]))) continue;
          compared++;
          expect(shape.person === index && shape.joints.includes(k), `${name} ${v}`).toBe(v === 2);
        }
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  test("most joints are visible, some are hidden, few are outside; ears and far shoulders are hidden now and then", () => {
    const flags = people.flatMap(({ person }) => jointsOf(person).map(({ v }) => v));
    const share = (v: number): number => flags.filter((flag) => flag === v).length / flags.length;
    expect(share(2)).toBeGreaterThan(0.55);
    expect(share(1)).toBeGreaterThan(0.1);
    expect(share(0)).toBeLessThan(0.15);
    for (const name of ["left_ear", "right_shoulder", "left_wrist", "right_ankle"]) {
      const hidden = people.filter(({ person }) => jointsOf(person).some((joint) => joint.name === name && joint.v === 1));
      expect(hidden.length, name).toBeGreaterThan(0);
    }
  });
});

test("left and right are the person's: facing the viewer the left shoulder is on the right of the picture, facing away on the left", () => {
  for (const { person } of people) {
    const [left, right] = [person.keypoints[5 * 3]!, person.keypoints[6 * 3]!];
    const turned = Math.cos(((person.pose.yaw + person.pose.trunk.twist) * Math.PI) / 180);
    if (Math.abs(turned) > 0.4) expect(Math.sign(left - right)).toBe(Math.sign(turned));
  }
  const front = people.filter(({ person }) => Math.abs(person.pose.yaw) <= 60).length;
  expect(front / people.length).toBeGreaterThan(0.65);
  expect(front / people.length).toBeLessThan(0.95);
});

test("people come at several scales, alone and in pairs, whole and cut off", () => {
  const heights = people.map(({ person }) => person.box.height / size.height);
  expect(Math.min(...heights)).toBeLessThan(0.6);
  expect(Math.max(...heights)).toBeGreaterThan(0.9);
  expect(new Set(scenes.map(({ persons }) => persons.length))).toEqual(new Set([1, 2]));
  expect(people.some(({ person }) => jointsOf(person).some(({ v }) => v === 0))).toBe(true);
});

describe("annotations", () => {
  test("are COCO's: ids in sequence, triplets of 0 where v = 0, num_keypoints, joints inside the image", () => {
    for (const scene of scenes) {
      for (const [i, annotation] of annotationsOf(scene, { image: 9, firstAnnotation: 40 }).entries()) {
        expect(annotation).toMatchObject({ id: 40 + i, image_id: 9, category_id: 1, iscrowd: 0 });
        const joints = jointsOf(annotation);
        expect(annotation.keypoints).toHaveLength(51);
        expect(annotation.num_keypoints).toBe(joints.filter(({ v }) => v > 0).length);
        for (const { point, v } of joints) if (v === 0) expect(point).toEqual([0, 0]);
        expect(joints.map(({ v }) => v)).toEqual(jointsOf(scene.persons[i]!).map(({ v }) => v));
      }
    }
  });

  test("have boxes within the image around every visible joint, and an area between 0 and the box's", () => {
    for (const scene of scenes) {
      for (const { bbox, area, keypoints } of annotationsOf(scene, { image: 1, firstAnnotation: 1 })) {
        const [x, y, width, height] = bbox;
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(size.width + 0.02);
        expect(y + height).toBeLessThanOrEqual(size.height + 0.02);
        expect(area).toBeGreaterThan(0);
        expect(area).toBeLessThan(width * height);
        for (const { point, v } of jointsOf({ keypoints })) {
          if (v !== 2) continue;
          expect(point[0]).toBeGreaterThanOrEqual(x - 0.02);
          expect(point[0]).toBeLessThanOrEqual(x + width + 0.02);
          expect(point[1]).toBeGreaterThanOrEqual(y - 0.02);
          expect(point[1]).toBeLessThanOrEqual(y + height + 0.02);
        }
      }
    }
  });
});

test("other sizes work, tiny ones are refused", () => {
  for (const other of [
    { width: 33, height: 32 },
    { width: 400, height: 97 },
  ]) {
    expect(synthesizeScene(createRandom(3), other).persons.length).toBeGreaterThan(0);
  }
  expect(() => synthesizeScene(createRandom(3), { width: 20, height: 256 })).toThrow(/at least 32×32/);
});

test("the drawing is shapes without text, of the size asked for", async () => {
  const svg = drawScene(scenes[5]!);
  expect(svg).not.toMatch(/<text|NaN|Infinity|undefined/);
  const { width, height } = await sharp(Buffer.from(svg)).metadata();
  expect({ width, height }).toEqual(size);
});

/** The scene without light and marks, shape number i in red and green of i·8, so that blends of two numbers do not look like a third. */
function flat(scene: Scene): Scene {
  const shapes = scene.shapes.map((shape, i) => ({ ...shape, marks: [], fill: `rgb(${Math.floor((i * 8) / 256)},${(i * 8) % 256},77)` }));
  return { ...scene, shapes };
}
