/** One output channel of the page's convolution: what it answers to and the colour it is drawn in. */
export interface EdgeFilter {
  /** Direction in which the picture gets lighter. */
  readonly direction: "right" | "left" | "down" | "up";
  /** Of Okabe and Ito (2008), apart for any colour vision; as red, green and blue of 255. */
  readonly color: readonly [red: number, green: number, blue: number];
  /** 3 rows of 3. */
  readonly taps: readonly number[];
}

/** Sobel's operator in four directions. */
export const edgeFilters: readonly EdgeFilter[] = [
  { direction: "right", color: [230, 159, 0], taps: [-1, 0, 1, -2, 0, 2, -1, 0, 1] },
  { direction: "left", color: [86, 180, 233], taps: [1, 0, -1, 2, 0, -2, 1, 0, -1] },
  { direction: "down", color: [0, 158, 115], taps: [-1, -2, -1, 0, 0, 0, 1, 2, 1] },
  { direction: "up", color: [204, 121, 167], taps: [1, 2, 1, 0, 0, 0, -1, -2, -1] },
];

/** Luma of red, green, blue and opacity (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114, 0] as const;

/** The filters as a convolution weight [3, 3, 4, filters]: each answers to the luma of the pixels. */
export function edgeWeight(): Float32Array {
  const weight = new Float32Array(9 * luma.length * edgeFilters.length);
  let at = 0;
  for (let tap = 0; tap < 9; tap++) for (const share of luma) for (const { taps } of edgeFilters) weight[at++] = taps[tap]! * share;
  return weight;
}
