import { createLoader, type LoaderOptions } from "./loader.ts";
import type { RecordFile } from "./stored/recordFile.ts";

/** How fast a loader makes samples. */
export interface LoaderSpeed {
  /** Of wall time, with the workers that were asked for. */
  readonly samplesPerSecond: number;
  /** Of processor time of all threads of this process: what one core does. */
  readonly samplesPerCoreSecond: number;
}

/** A loader's speed in both ways of coming by crops; medians over rounds. */
export interface LoaderComparison {
  readonly decoded: LoaderSpeed;
  readonly stored: LoaderSpeed;
}

/**
 * Times a shuffled epoch that decodes and one that reads stored crops, turn by turn, so that whatever else the machine does befalls both.
 * `cpuMicroseconds` reads this process's processor time, which only the platform knows (`process.cpuUsage`).
 */
export async function measureLoader(
  options: Omit<LoaderOptions, "stored" | "cache" | "shuffle" | "state">,
  crops: RecordFile,
  { rounds = 5, cpuMicroseconds }: { readonly rounds?: number; readonly cpuMicroseconds: () => number },
): Promise<LoaderComparison> {
  await using decoding = createLoader({ ...options, shuffle: true });
  await using reading = createLoader({ ...options, shuffle: true, stored: { crops } });
  const epoch = async (loader: typeof decoding): Promise<LoaderSpeed> => {
    const [started, cpu] = [performance.now(), cpuMicroseconds()];
    let samples = 0;
    for await (const { valid } of loader) samples += valid;
    return {
      samplesPerSecond: samples / ((performance.now() - started) / 1e3),
      samplesPerCoreSecond: samples / ((cpuMicroseconds() - cpu) / 1e6),
    };
  };
  const measured: { decoded: LoaderSpeed; stored: LoaderSpeed }[] = [];
  for (let round = 0; round <= rounds; round++) measured.push({ decoded: await epoch(decoding), stored: await epoch(reading) });
  measured.shift(); // threads start and code is compiled in the first
  const median = (way: keyof LoaderComparison): LoaderSpeed => ({
    samplesPerSecond: medianOf(measured.map((round) => round[way].samplesPerSecond)),
    samplesPerCoreSecond: medianOf(measured.map((round) => round[way].samplesPerCoreSecond)),
  });
  return { decoded: median("decoded"), stored: median("stored") };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
