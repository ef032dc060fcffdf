import type { Point } from "../boxes/affine.ts";
import { type Box, BoxError, type Size } from "../boxes/box.ts";
import { between, chance, type RandomSource } from "../random/random.ts";
import { sampleAppearance } from "./appearance.ts";
import { drawBackground } from "./background.ts";
import { type Body, type Build, poseBody, sampleBuild } from "./body.ts";
import { css, randomColor } from "./color.ts";
import { drawFigure, type Figure } from "./figure.ts";
import { drawObstacle } from "./obstacle.ts";
import { rectangleOutline } from "./outline.ts";
import { type Pose, samplePose } from "./samplePose.ts";
import { plain, type Shape, topmost } from "./shape.ts";
import type { View } from "./view.ts";

/** One person of a scene. */
export interface Person {
  readonly pose: Pose;
  /**
   * COCO-17 [51]: x, y in image pixels and visibility. 2: the topmost shape at the joint is one that the joint lies on.
   * 1: something else hides it, e.g. another limb, the trunk, hair, another person, an obstacle, or its own head. 0: outside the image.
   * The coordinates are the true ones whatever the visibility.
   */
  readonly keypoints: readonly number[];
  /** Around everything drawn of the person, hidden or not, cut off at the image. */
  readonly box: Box;
}

/** A shape of a scene and whose it is. */
export interface SceneShape extends Shape {
  /** Index into the scene's persons; null for background and obstacles. */
  readonly person: number | null;
}

/** A picture as data. */
export interface Scene {
  readonly size: Size;
  readonly persons: readonly Person[];
  /** In the order of drawing. */
  readonly shapes: readonly SceneShape[];
}

/**
 * A random scene: one or two articulated people in a cluttered place, sometimes behind an obstacle, at several scales.
 * It depends on nothing but the numbers drawn from `random`.
 * @throws BoxError when the size is below 32×32 pixels.
 */
export function synthesizeScene(random: RandomSource, size: Size): Scene {
  if (!(size.width >= 32 && size.height >= 32)) {
    throw new BoxError(`synthesizeScene: an image must be at least 32×32 pixels; got ${size.width}×${size.height}`);
  }
  const background = drawBackground(random, size);
  const main = placePerson(random, size);
  if (chance(random, 0.3)) {
    // The nearer person stands lower in the picture and is drawn later.
    const pair = [main, placeCompanion(random, main, size)].sort((a, b) => floorOf(a) - floorOf(b));
    const scene = drawCast(random, size, background, pair);
    if (scene.persons.every(isRecognizable)) return scene;
  }
  return drawCast(random, size, background, [main]);
}

function drawCast(random: RandomSource, size: Size, background: readonly Shape[], cast: readonly Placed[]): Scene {
  const drawn = cast.map(({ view, body, build, pose, furniture }) => {
    const figure = drawFigure(view, body, build, sampleAppearance(random));
    return { pose, figure, furniture, box: boxOf(figure.shapes, size) };
  });
  const obstacles = chance(random, 0.3) ? drawObstacle(random, boxOf(drawn.at(-1)!.figure.shapes)) : [];
  const shapes: SceneShape[] = [
    ...owned(background, null),
    ...drawn.flatMap(({ figure, furniture }, person) => [...owned(furniture, null), ...owned(figure.shapes, person)]),
    ...owned(obstacles, null),
  ];
  const persons = drawn.map(({ pose, figure, box }, person) => ({ pose, box, keypoints: keypointsOf(figure, person, shapes, size) }));
  return { size, shapes, persons };
}

/** Two people may hide one another, but nobody is to be labelled of whom next to nothing is seen. */
function isRecognizable({ keypoints }: Person): boolean {
  return keypoints.filter((v, i) => i % 3 === 2 && v === 2).length >= 5;
}

interface Placed {
  readonly view: View;
  readonly body: Body;
  readonly build: Build;
  readonly pose: Pose;
  /** What a sitting person sits on. */
  readonly furniture: readonly Shape[];
}

function placePerson(random: RandomSource, size: Size): Placed {
  const { pose, build, body } = samplePerson(random);
  const extent = extentOf(body);
  const closeUp = chance(random, 0.12);
  const fraction = closeUp ? between(random, 1.1, 1.6) : chance(random, 0.65) ? between(random, 0.72, 0.96) : between(random, 0.42, 0.72);
  const wanted = (fraction * size.height) / extent.height;
  const scale = closeUp ? wanted : Math.min(wanted, (0.96 * size.width) / extent.width);
  const [width, height] = [extent.width * scale, extent.height * scale];
  const spare = (room: number): number => Math.max(0, room) * random();
  const left = closeUp ? (size.width - width) / 2 + size.width * between(random, -0.12, 0.12) : spare(size.width - width);
  // A person too tall for the picture loses the feet, not the head.
  const top = closeUp ? size.height * between(random, 0, 0.06) : spare(size.height - height);
  return stage(random, { pose, build, body }, { scale, origin: [left - extent.x * scale, top - extent.y * scale] });
}

function placeCompanion(random: RandomSource, { view, body }: Placed, size: Size): Placed {
  const companion = samplePerson(random);
  const scale = view.scale * between(random, 0.82, 1.12);
  const apart = extentOf(body).width * view.scale * between(random, 0.4, 1.15) * (chance(random, 0.5) ? 1 : -1);
  const floor = view.origin[1] + bottomOf(body) * view.scale + view.scale * between(random, -0.08, 0.05);
  const x = Math.min(size.width * 0.95, Math.max(size.width * 0.05, view.origin[0] + apart));
  return stage(random, companion, { scale, origin: [x, floor - bottomOf(companion.body) * scale] });
}

function samplePerson(random: RandomSource): { readonly pose: Pose; readonly build: Build; readonly body: Body } {
  const pose = samplePose(random);
  const build = sampleBuild(random);
  return { pose, build, body: poseBody(pose, build) };
}

function stage(random: RandomSource, person: { readonly pose: Pose; readonly build: Build; readonly body: Body }, view: View): Placed {
  const { pose, body } = person;
  if (pose.activity !== "sitting") return { ...person, view, furniture: [] };
  const [x, y] = view.origin;
  const half = view.scale * between(random, 0.13, 0.22);
  const seat = y + view.scale * 0.04;
  const outline = rectangleOutline(x - half, seat, half * 2, Math.max(1, y + bottomOf(body) * view.scale - seat - view.scale * 0.05));
  return { ...person, view, furniture: [plain(outline, css(randomColor(random)))] };
}

/** Body units: the extent of the joints and what is drawn around them. */
function extentOf(body: Body): Box {
  const points = [
    body.headCenter,
    ...body.shoulders,
    ...body.elbows,
    ...body.fingertips,
    ...body.hips,
    ...body.knees,
    ...body.heels,
    ...body.toes,
  ];
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs) - 0.06, Math.min(...ys, body.headCenter[1] - 0.05) - 0.045];
  return { x, y, width: Math.max(...xs) + 0.06 - x, height: Math.max(...ys) + 0.035 - y };
}

function bottomOf(body: Body): number {
  const { y, height } = extentOf(body);
  return y + height;
}

/** Image row of the feet. */
function floorOf({ view, body }: Placed): number {
  return view.origin[1] + bottomOf(body) * view.scale;
}

function owned(shapes: readonly Shape[], person: number | null): SceneShape[] {
  return shapes.map((shape) => ({ ...shape, person }));
}

function keypointsOf({ joints }: Figure, person: number, shapes: readonly SceneShape[], size: Size): number[] {
  return joints.flatMap((joint, index) => {
    const [x, y] = joint;
    if (!(x >= 0 && x < size.width && y >= 0 && y < size.height)) return [x, y, 0];
    return [x, y, isShown(shapes, person, index, joint) ? 2 : 1];
  });
}

function isShown(shapes: readonly SceneShape[], person: number, joint: number, point: Point): boolean {
  const shape = topmost(shapes, point);
  return shape?.person === person && shape.joints.includes(joint);
}

function boxOf(shapes: readonly Shape[], size?: Size): Box {
  const points = shapes.flatMap(({ outline }) => outline);
  const clip = (value: number, limit: number | undefined): number => (limit === undefined ? value : Math.min(limit, Math.max(0, value)));
  const xs = points.map(([x]) => clip(x, size?.width));
  const ys = points.map(([, y]) => clip(y, size?.height));
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
