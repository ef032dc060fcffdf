import sharp from "sharp";
import { writeFileAtomically } from "./atomicFile.node.ts";
import { resultsFigure } from "./chart/resultsFigure.ts";
import type { EpochResults } from "./results.ts";

/** Draws results.png: the curves of a run, as PNG. */
export async function writeResultsPicture(file: string, title: string, rows: readonly EpochResults[]): Promise<void> {
  await writeFileAtomically(
    file,
    await sharp(Buffer.from(resultsFigure(title, rows)))
      .png()
      .toBuffer(),
  );
}
