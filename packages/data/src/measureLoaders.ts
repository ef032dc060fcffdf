import { createLoader, type DataLoader, type LoaderOptions } from "./loader.ts";

/** How fast a loader makes samples; medians over rounds. */
export interface LoaderSpeed {
  /** Of wall time, with the workers that were asked for. */
  readonly samplesPerSecond: number;
  /** Of processor time of all threads of this process: what one core does. */
  readonly samplesPerCoreSecond: number;
}

/**
 * Times a shuffled epoch of each loader, turn by turn, so that whatever else the machine does befalls all of them; a speed each, in their order.
 * `cpuMicroseconds` reads this process's processor time, which only the platform knows (`process.cpuUsage`).
 */
export async function measureLoaders(
  options: readonly Omit<LoaderOptions, "cache" | "shuffle" | "state">[],
  { rounds = 5, cpuMicroseconds }: { readonly rounds?: number; readonly cpuMicroseconds: () => number },
): Promise<readonly LoaderSpeed[]> {
  const epoch = async (loader: DataLoader): Promise<LoaderSpeed> => {
    const [started, cpu] = [performance.now(), cpuMicroseconds()];
    let samples = 0;
    for await (const { valid } of loader) samples += valid;
    return {
      samplesPerSecond: samples / ((performance.now() - started) / 1e3),
      samplesPerCoreSecond: samples / ((cpuMicroseconds() - cpu) / 1e6),
    };
  };
  const loaders = options.map((each) => createLoader({ ...each, shuffle: true }));
  const measured: LoaderSpeed[][] = loaders.map(() => []);
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [i, loader] of loaders.entries()) {
        const speed = await epoch(loader);
        if (round > 0) measured[i]!.push(speed); // threads start and code is compiled in the first
      }
    }
  } finally {
    await Promise.all(loaders.map((loader) => loader.close()));
  }
  return measured.map((speeds) => ({
    samplesPerSecond: medianOf(speeds.map(({ samplesPerSecond }) => samplesPerSecond)),
    samplesPerCoreSecond: medianOf(speeds.map(({ samplesPerCoreSecond }) => samplesPerCoreSecond)),
  }));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
