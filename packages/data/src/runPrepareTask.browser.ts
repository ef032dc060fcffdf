import { prepareScenes } from "./bottomUp/prepareScenes.ts";
import { decodeImage } from "./decode.browser.ts";
import { LoaderError } from "./loaderError.ts";
import { decodedCrops, type PreparedSamples, prepareSamples } from "./prepareSamples.ts";
import type { PrepareTask } from "./prepareTask.ts";

/** Prepares the samples of a task. @throws ImageError as `prepareSamples` and `prepareScenes` do, LoaderError for stored records, which are files. */
export async function runPrepareTask(task: PrepareTask, into: PreparedSamples): Promise<void> {
  if (task.kind === "scenes") return prepareScenes(task.scenes, task.draws, task.options, decodeImage, into);
  const { samples, views, options } = task;
  if (options.stored) throw new LoaderError("stored: a browser tab reads no files");
  await prepareSamples(samples, views, options, decodedCrops(decodeImage, options.input), into);
}
