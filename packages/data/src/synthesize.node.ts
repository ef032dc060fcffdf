import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { parseCoco } from "./formats/coco.ts";
import { DatasetError } from "./sample.ts";
import {
  cocoPersonCategory,
  type SynthesisOptions,
  type SynthesizedDataset,
  type SynthesizeOptions,
  type SyntheticImage,
  synthesizeImages,
} from "./synthesis.ts";

/**
 * Writes a folder of synthetic people: images/000001.jpg … and annotations.json in COCO's key point format. The bytes are a function of the
 * options (and of sharp's version). The folder appears under its name when it is complete; one that holds this synthesis already is left as it is.
 * @throws DatasetError when an option is out of range or the folder holds something else.
 */
export async function synthesizeDataset({ directory, onProgress, ...options }: SynthesizeOptions): Promise<SynthesizedDataset> {
  const result = (text: string): SynthesizedDataset => {
    const paths = { annotations: path.join(directory, "annotations.json"), images: path.join(directory, "images") };
    return { samples: parseCoco(JSON.parse(text), { source: paths.annotations, images: paths.images }).samples.length, ...paths };
  };
  const present = await presentSynthesis(directory, options);
  if (present) return result(present);
  const temporary = `${path.resolve(directory)}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true }); // left by a process of the same number that was killed
  try {
    await mkdir(path.join(temporary, "images"), { recursive: true });
    const text = await synthesize(options, async (images, done) => {
      await Promise.all(
        images.map(({ svg, image }) =>
          sharp(Buffer.from(svg))
            .flatten()
            .jpeg({ quality: 92 })
            .toFile(path.join(temporary, "images", image.file_name)),
        ),
      );
      onProgress?.(done, options.count);
    });
    await writeFile(path.join(temporary, "annotations.json"), text);
    await rmdir(directory).catch(() => {}); // an empty one; whatever else is there makes the next line fail
    await rename(temporary, directory);
    return result(text);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** The annotations of this very synthesis when it is there; null when there is nothing. */
async function presentSynthesis(directory: string, options: SynthesisOptions): Promise<string | null> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new DatasetError(`${directory}: is no folder that can be written to (${error.code}); choose another one`, { cause: error });
  });
  if (names.length === 0) return null;
  const text = await readFile(path.join(directory, "annotations.json"), "utf8").catch(() => "");
  const images = new Set(await readdir(path.join(directory, "images")).catch(() => []));
  const expected = await synthesize(options, async () => {});
  const complete = imageNames(expected).every((name) => images.has(name));
  if (text === expected && complete) return text;
  throw new DatasetError(
    `${directory}: is not empty and holds something else than these ${options.count} synthetic images; choose another folder or remove it`,
  );
}

/** Makes all images, eight at a time, and returns the annotation file's text. It names the drawings' hash, so equal texts mean equal images. */
async function synthesize(
  options: SynthesisOptions,
  write: (images: readonly SyntheticImage[], done: number) => Promise<void>,
): Promise<string> {
  const images: SyntheticImage["image"][] = [];
  const annotations: unknown[] = [];
  const drawings = createHash("sha256");
  let group: SyntheticImage[] = [];
  for (const synthetic of synthesizeImages(options)) {
    images.push(synthetic.image);
    annotations.push(...synthetic.annotations);
    drawings.update(synthetic.svg);
    group.push(synthetic);
    if (group.length < 8 && images.length < options.count) continue;
    await write(group, images.length);
    group = [];
  }
  const info = { description: "Synthetic people, made by Kindling", ...options, drawings: drawings.digest("hex") };
  return `${JSON.stringify({ info, images, annotations, categories: [cocoPersonCategory] })}\n`;
}

function imageNames(text: string): readonly string[] {
  const { images } = JSON.parse(text) as { images: readonly SyntheticImage["image"][] }; // our own text
  return images.map(({ file_name }) => file_name);
}
