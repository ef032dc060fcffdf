import { type DrawPlace, randomOf, type SceneCodec, type Size } from "@kindling/pose";
import type { RgbImage } from "../crop.ts";
import { assertImageSize } from "../imageSize.ts";
import type { PreparedSamples } from "../prepareSamples.ts";
import { prepareScene } from "./prepareScene.ts";
import type { Scene } from "./scene.ts";
import { type SceneViews, viewOf } from "./sceneView.ts";

/** What a network that finds all persons at once wants its scenes as. */
export interface ScenePreparation {
  readonly input: Size;
  readonly codec: SceneCodec;
  readonly views: SceneViews;
}

/**
 * Draws scenes and their targets into room for as many (`targetShapes`); a function of its arguments alone, so it does not matter where it runs.
 * @throws ImageError when an image is missing, broken, or of another size than annotated, DatasetError for a segmentation of another image.
 */
export async function prepareScenes(
  scenes: readonly Scene[],
  draws: readonly DrawPlace[],
  { input, codec, views }: ScenePreparation,
  decode: (path: string) => Promise<RgbImage>,
  into: PreparedSamples,
): Promise<void> {
  for (const [n, scene] of scenes.entries()) {
    const image = await decode(scene.imagePath);
    assertImageSize(scene, image);
    const view = viewOf(scene, views, input, randomOf("scene", draws[n]!));
    const { image: pixels, ...targets } = prepareScene(image, scene, view, { ...codec, input });
    into.image.set(pixels, n * pixels.length);
    for (const [name, values] of Object.entries(targets)) into.targets[name]!.set(values, n * values.length);
  }
}
