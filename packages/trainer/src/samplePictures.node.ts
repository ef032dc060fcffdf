import { type Skeleton, skeletonSvg } from "@kindling/pose";
import sharp from "sharp";
import { writeFileAtomically } from "./atomicFile.node.ts";
import { strokeText, textWidth } from "./chart/strokeFont.ts";
import type { SampleTile } from "./sampleTile.ts";

/** How a grid of tiles is drawn. */
export interface SamplePictureOptions {
  /** Predicted joints below it are left out. */
  readonly scoreThreshold?: number;
  /** Tiles in a row; by default as many as make the picture about square. */
  readonly columns?: number;
}

/**
 * Writes tiles of one size as a grid, as JPEG or, where the file is called so, as PNG; small crops are enlarged so that the skeletons can be seen.
 * @throws RangeError when there is no tile or the tiles differ in size.
 */
export async function writeSamplePictures(
  file: string,
  tiles: readonly SampleTile[],
  skeleton: Skeleton,
  options: SamplePictureOptions = {},
): Promise<void> {
  const [first] = tiles;
  if (!first) throw new RangeError("writeSamplePictures: there is no tile to draw");
  const odd = tiles.find(({ width, height }) => width !== first.width || height !== first.height);
  if (odd)
    throw new RangeError(`writeSamplePictures: tiles of ${first.width}×${first.height} and ${odd.width}×${odd.height} do not fit one grid`);

  const threshold = options.scoreThreshold === undefined ? {} : { scoreThreshold: options.scoreThreshold };
  const factor = Math.max(1, smallestHeight / first.height);
  const [width, height] = [Math.round(first.width * factor), Math.round(first.height * factor)];
  const columns = options.columns ?? Math.ceil(Math.sqrt((tiles.length * height) / width));
  const place = (i: number): { left: number; top: number } => ({
    left: gap + (i % columns) * (width + gap),
    top: gap + Math.floor(i / columns) * (height + gap),
  });
  const size = { width: gap + columns * (width + gap), height: gap + Math.ceil(tiles.length / columns) * (height + gap) };

  const pictures = await Promise.all(tiles.map(async (tile, i) => ({ input: await enlarge(tile, width, height), ...place(i) })));
  const drawn = tiles.map((tile, i) => {
    const { left, top } = place(i);
    const truth = (tile.truth ?? []).map((person) => truthSvg(scaled(person, factor), skeleton, height / 110)).join("");
    const enlarged = tile.predicted.map((person) => scaled(person, factor));
    const predicted = skeletonSvg(enlarged, skeleton, { width, height }, threshold);
    // The inner documents clip to their tile.
    return `<svg x="${left}" y="${top}" width="${width}" height="${height}">${truth}${predicted}${labelSvg(tile.label)}</svg>`;
  });
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${drawn.join("\n")}</svg>`;
  const grid = sharp({ create: { ...size, channels: 3, background: "#202020" } });
  const drawing = grid.composite([...pictures, { input: Buffer.from(overlay) }]);
  await writeFileAtomically(file, await (file.endsWith(".png") ? drawing.png() : drawing.jpeg({ quality: 88 })).toBuffer());
}

const gap = 6;
const smallestHeight = 288;

function enlarge({ rgba, width, height }: SampleTile, toWidth: number, toHeight: number): Promise<Buffer> {
  const pixels = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .resize(toWidth, toHeight, { kernel: "cubic", fit: "fill" })
    .png()
    .toBuffer();
}

/** White on a dark band, to be read on any picture. */
function labelSvg(label: string | undefined): string {
  if (label === undefined) return "";
  const size = 16;
  const band = `<rect width="${textWidth(label, size) + 10}" height="${size + 6}" fill="#000000" fill-opacity="0.6"/>`;
  return band + strokeText(label, { x: 5, y: size, size, color: "#ffffff" });
}

/** From pixel centres of the crop to those of the enlarged one. */
function scaled(keypoints: ArrayLike<number>, factor: number): number[] {
  return Array.from(keypoints, (value, i) => (i % 3 === 2 ? value : (value + 0.5) * factor - 0.5));
}

/** Labelled joints and limbs in white with a dark rim, which stands out from bright and dark pictures. */
function truthSvg(keypoints: readonly number[], skeleton: Skeleton, lineWidth: number): string {
  const shown = (joint: number): boolean => keypoints[joint * 3 + 2]! > 0;
  const at = (joint: number): string => `${keypoints[joint * 3]!.toFixed(1)} ${keypoints[joint * 3 + 1]!.toFixed(1)}`;
  const limbs = skeleton.limbs.filter(([a, b]) => shown(a) && shown(b)).map(([a, b]) => `M${at(a)}L${at(b)}`);
  const joints = skeleton.joints.map((_, joint) => (shown(joint) ? `M${at(joint)}l0 .01` : ""));
  const stroke = (color: string, limb: number, joint: number): string =>
    `<g fill="none" stroke="${color}" stroke-linecap="round"><path d="${limbs.join("")}" stroke-width="${limb}"/><path d="${joints.join("")}" stroke-width="${joint}"/></g>`;
  return stroke("#000000", lineWidth * 1.7, lineWidth * 3) + stroke("#ffffff", lineWidth, lineWidth * 2.2);
}
