import { DatasetError } from "./sample.ts";
import type { SynthesizedDataset, SynthesizeOptions } from "./synthesis.ts";

/** @throws DatasetError always: a browser tab writes no files; `synthesizeScene` and `drawScene` of @kindling/pose draw in it. */
export async function synthesizeDataset({ directory }: SynthesizeOptions): Promise<SynthesizedDataset> {
  throw new DatasetError(`synthesize: a browser tab cannot write ${directory}; use the command line`);
}
