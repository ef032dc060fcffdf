import type { OksTruth, PoseDetection } from "../metrics/oksTruth.ts";

/** COCO's ten numbers, computed slowly: every threshold and range matches anew, and nothing is shared with the fast evaluation. */
export function naiveOks(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  sigmas: readonly number[],
  imageIds: readonly number[],
  maxDetections = 20,
): Record<string, number> {
  const thresholds = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => 0.5 + i * ((0.95 - 0.5) / 9)).concat(0.95);
  const ranges = { all: [0, 1e10], M: [1024, 9216], L: [9216, 1e10] } as const;
  const categories = [...new Set(truth.map(({ category }) => Number(category)))].sort((a, b) => a - b);
  const images = [...imageIds].sort((a, b) => a - b);
  const results = Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => [
      name,
      thresholds.map((threshold) =>
        categories.map((category) => curve(truth, detections, { sigmas, images, category, threshold, range, maxDetections })),
      ),
    ]),
  );
  const mean = (values: readonly number[]): number => {
    const known = values.filter((value) => value > -1);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : -1;
  };
  const AP = (name: string, t?: number): number =>
    mean(results[name]!.flatMap((row, i) => (t === undefined || t === i ? row.flatMap((r) => r.precision) : [])));
  const AR = (name: string, t?: number): number =>
    mean(results[name]!.flatMap((row, i) => (t === undefined || t === i ? row.map((r) => r.recall) : [])));
  return {
    AP: AP("all"),
    AP50: AP("all", 0),
    AP75: AP("all", 5),
    AP_M: AP("M"),
    AP_L: AP("L"),
    AR: AR("all"),
    AR50: AR("all", 0),
    AR75: AR("all", 5),
    AR_M: AR("M"),
    AR_L: AR("L"),
  };
}

interface Setting {
  readonly sigmas: readonly number[];
  readonly images: readonly number[];
  readonly category: number;
  readonly threshold: number;
  readonly range: readonly [number, number];
  readonly maxDetections: number;
}

function curve(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  setting: Setting,
): { precision: number[]; recall: number } {
  const events: { score: number; right: boolean }[] = [];
  let persons = 0;
  for (const image of setting.images) {
    const here = (item: { imageId: number | string; category?: number | string }): boolean =>
      item.imageId === image && item.category === setting.category;
    const everyone = truth.filter(here).map((person) => ({ person, ignored: isIgnored(person, setting), used: false }));
    persons += everyone.filter(({ ignored }) => !ignored).length;
    const candidates = byScore(detections.filter(here)).slice(0, setting.maxDetections);
    for (const detection of candidates) {
      const free = everyone.filter(({ person, used }) => !used || person.crowd);
      // A person who counts wins over any who does not; among equals the last one does.
      const found =
        best(
          free.filter(({ ignored }) => !ignored),
          detection,
          setting,
        ) ??
        best(
          free.filter(({ ignored }) => ignored),
          detection,
          setting,
        );
      if (found) found.used = true;
      if (found ? found.ignored : outside(extent(detection.keypoints), setting)) continue;
      events.push({ score: detection.score, right: found !== null });
    }
  }
  if (persons === 0) return { precision: new Array<number>(101).fill(-1), recall: -1 };
  const points = byScore(events).map((_, i, sorted) => {
    const so = sorted.slice(0, i + 1);
    const right = so.filter((event) => event.right).length;
    return { recall: right / persons, precision: right / (so.length + 2 ** -52) };
  });
  const precision = Array.from({ length: 101 }, (_, i) => {
    const first = points.findIndex(({ recall }) => recall >= (i === 100 ? 1 : i * 0.01));
    return first < 0 ? 0 : Math.max(...points.slice(first).map((point) => point.precision));
  });
  return { precision, recall: points.at(-1)?.recall ?? 0 };
}

interface Candidate {
  readonly person: OksTruth;
  readonly ignored: boolean;
  used: boolean;
}

function best(candidates: readonly Candidate[], detection: PoseDetection, { sigmas, threshold }: Setting): Candidate | null {
  let chosen: Candidate | null = null;
  let highest = Math.min(threshold, 1 - 1e-10);
  for (const candidate of candidates) {
    const similarity = similarityOf(candidate.person, detection.keypoints, sigmas);
    if (similarity >= highest) [chosen, highest] = [candidate, similarity];
  }
  return chosen;
}

function similarityOf({ keypoints, box, area }: OksTruth, detected: ArrayLike<number>, sigmas: readonly number[]): number {
  const labelled = sigmas.flatMap((_, k) => (keypoints[3 * k + 2]! > 0 ? [k] : []));
  const joints = labelled.length > 0 ? labelled : [...sigmas.keys()];
  const terms = joints.map((k) => {
    const [x, y] = [detected[3 * k]!, detected[3 * k + 1]!];
    const beyond = (at: number, from: number, size: number): number =>
      at < from - size ? from - size - at : at > from + 2 * size ? at - (from + 2 * size) : 0;
    const [dx, dy] =
      labelled.length > 0
        ? [x - keypoints[3 * k]!, y - keypoints[3 * k + 1]!]
        : [beyond(x, box.x, box.width), beyond(y, box.y, box.height)];
    return Math.exp(-((dx * dx + dy * dy) / (2 * sigmas[k]!) ** 2 / (area + 2 ** -52) / 2));
  });
  return terms.reduce((a, b) => a + b, 0) / terms.length;
}

function isIgnored(person: OksTruth, setting: Setting): boolean {
  const labels = person.labels ?? Array.from(person.keypoints).filter((v, i) => i % 3 === 2 && v > 0).length;
  return person.crowd || person.ignore === true || labels === 0 || outside(person.area, setting);
}

function outside(area: number, { range }: Setting): boolean {
  return !(area >= range[0] && area <= range[1]);
}

function extent(keypoints: ArrayLike<number>): number {
  const span = (axis: number): number => {
    const values = Array.from(keypoints).filter((_, i) => i % 3 === axis);
    return Math.max(...values) - Math.min(...values);
  };
  return span(0) * span(1);
}

/** Insertion behind everything that is not lower: equal scores keep their order. */
function byScore<T extends { readonly score: number }>(items: readonly T[]): T[] {
  const sorted: T[] = [];
  for (const item of items) {
    let at = sorted.length;
    while (at > 0 && sorted[at - 1]!.score < item.score) at--;
    sorted.splice(at, 0, item);
  }
  return sorted;
}
