import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { AnnotationsReading } from "./annotations.worker.node.ts";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { quartiles } from "./quartiles.ts";
import { workerFile } from "./workerFile.ts";
import { writeAnnotations } from "./writeAnnotations.ts";

/** What is read, beside what every benchmark may be told. */
export interface AnnotationsBenchOptions extends BenchOptions {
  /** Sizes of the files, in 10⁶ bytes. */
  readonly megabytes: readonly number[];
  readonly persons: number;
}

/**
 * `kindling bench annotations`: seconds and memory that reading an annotation file takes, from a process's start to its dataset. The files are made: persons as
 * COCO has them on so many images, with outlines as long as the size asks for. Each reading has a process of its own, whose peak is its resident memory's.
 */
export async function benchAnnotations({ megabytes, persons, ...options }: AnnotationsBenchOptions): Promise<BenchTable> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-bench-annotations-"));
  const results: BenchRow[] = [];
  try {
    for (const size of megabytes) {
      const name = `${size} MB`;
      if (!name.startsWith(options.only)) continue;
      options.note(`making ${name}`);
      const paths = { annotations: path.join(folder, `${size}.json`), images: path.join(folder, "images") };
      const bytes = await writeAnnotations(paths, { persons, bytes: size * 1e6 });
      options.note(`reading ${name}`);
      const readings: AnnotationsReading[] = [];
      const begin = performance.now();
      while (readings.length < options.rounds && (readings.length === 0 || performance.now() - begin < 1000 * options.seconds)) {
        options.signal.throwIfAborted();
        readings.push(await readInProcess(paths));
      }
      await rm(paths.annotations);
      const { median, lower, upper, samples } = quartiles(readings.map(({ seconds }) => seconds));
      const peak = Math.max(...readings.map(({ peakBytes }) => peakBytes));
      const read = readings[0]!; // one at least
      results.push({
        bench: "annotations",
        name,
        bytes,
        persons: read.persons,
        samples: read.samples,
        seconds: median,
        lower,
        upper,
        readings: samples,
        peakMebibytes: peak / 2 ** 20,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    bench: "annotations",
    title: "Reading annotation files",
    columns,
    results,
    notes: [
      `Files made of ${persons} persons as COCO has them, one in a hundred a crowd, with outlines as long as the size needs. Seconds from the start of a process of its own to the dataset, medians between quartiles; the peak is of that process's resident memory, the largest of all readings.`,
    ],
  };
}

const columns = [
  { key: "name", heading: "file" },
  { key: "persons", heading: "persons" },
  { key: "samples", heading: "samples" },
  { key: "seconds", heading: "seconds" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "readings", heading: "readings" },
  { key: "peakMebibytes", heading: "peak MiB" },
];

function readInProcess(paths: { readonly annotations: string; readonly images: string }): Promise<AnnotationsReading> {
  return new Promise((resolve, reject) => {
    const child = fork(workerFile("annotations"), [paths.annotations, paths.images], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
    let reading: AnnotationsReading | undefined;
    child.on("message", (message: AnnotationsReading) => (reading = message));
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      reading ? resolve(reading) : reject(new Error(`reading ${paths.annotations} ended with ${code ?? signal}`)),
    );
  });
}
