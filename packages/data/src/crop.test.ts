import { type Affine, applyAffine, cropOfBox, invertAffine } from "@kindling/pose";
import { expect, test } from "vitest";
import { cropImage, type RgbImage } from "./crop.ts";

const affines: readonly Affine[] = [
  [1.3, 0.2, -4.5, -0.2, 1.3, 3.25],
  [0.37, 0, 2, 0, 0.37, 1.1],
  [3.1, -0.9, -20.7, 0.9, 3.1, -30.3],
];
const size = { width: 24, height: 32 };

test.each([0, 1, 2])("a crop is bit for bit that of cv2.warpAffine (affine %i)", (i) => {
  // OpenCV 4.14.0: y, x, c = np.indices((29, 37, 3)); image = ((x*7 + y*13 + c*50 + (x*y) % 17 * 11) % 256).astype(np.uint8)
  // cv2.warpAffine(image, affine, (24, 32), flags=cv2.INTER_LINEAR).tobytes(), hashed by FNV-1a.
  const expected = [4018804244, 2822137844, 1577268920];
  expect(fnv1a(rgbOf(cropImage(patterned(37, 29, 3), affines[i]!, size)))).toBe(expected[i]);
});

// OpenCV 4.6 (Debian's python3-opencv): cv2.warpAffine of the pattern above with 6 × 5 pixels to 5 × 4, mirrored by cv2.flip before where it says so.
test.each<[string, Affine, boolean, string]>([
  [
    "turned",
    [0.9, 0.5, -0.75, -0.5, 0.9, 1.25],
    false,
    "02101f0b30562052844274a66c9eb2093b6d1e50823d6fa16496c894c5ca1244762d5f915183b57eb08bb4e638133c653365975d8fc18ec09aa2d42f",
  ],
  [
    "mirrored",
    [1.5, -0.4, -1.1, 0.4, 1.5, -2.3],
    true,
    "6294c64d7fb1396b9d295b8d1b4d7f81b3e5689acc5082b43c6ea02a5c8e9cce8080b28f6496ba4c7eb037699ba9db1b95c73676a8b55a8cbe3f71a3",
  ],
  [
    "of unequal zooms",
    [0.8, 0.1, 0.3, -0.15, 1.2, 0.6],
    false,
    "0010200423430c335a16457424568802203e0f41732456883c6ea0588abc0720391f51833e70a26193c588baa2091c2f2d5f915789bb84b688b7bf6e",
  ],
])("a crop %s has OpenCV's numbers", (_, affine, mirrored, expected) => {
  const crop = cropImage(patterned(6, 5, 3), affine, { width: 5, height: 4 }, { mirrored });
  expect(Buffer.from(rgbOf(crop)).toString("hex")).toBe(expected);
});

test("cropping mirrored is mirroring the image before", () => {
  const image = patterned(37, 29, 4);
  const row = (y: number): Uint8Array => Uint8Array.from(image.data.subarray(y * 37 * 4, (y + 1) * 37 * 4));
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < 29; y++) for (let x = 0; x < 37; x++) data.set(row(y).subarray((36 - x) * 4, (37 - x) * 4), (y * 37 + x) * 4);
  for (const affine of affines) {
    expect(cropImage(image, affine, size, { mirrored: true, border: 99 })).toEqual(
      cropImage({ ...image, data }, affine, size, { border: 99 }),
    );
  }
});

test.each([
  [1, 1, 3],
  [2, 5, 4],
  [37, 29, 3],
  [64, 48, 4],
] as const)(
  "every value of a crop of a %i × %i image with %i channels is the bilinear sample at the position rounded to 1/32",
  (width, height, channels) => {
    const image = patterned(width, height, channels);
    for (const affine of affines) {
      const crop = cropImage(image, affine, size);
      let worst = 0;
      eachPixel(([x, y], at) => {
        const [sx, sy] = applyAffine(invertAffine(affine), [x, y]);
        for (let k = 0; k < 3; k++) {
          // The product along a row is rounded to 1/1024 first, so near a tie either neighbour is right.
          const candidates = [-1, 1].flatMap((dx) =>
            [-1, 1].map((dy) => bilinear(image, round32(sx + dx / 1024), round32(sy + dy / 1024), k)),
          );
          worst = Math.max(worst, Math.min(...candidates.map((value) => Math.abs(value - crop[at + k]!))));
        }
      });
      expect(worst).toBeLessThanOrEqual(0.5);
    }
  },
);

test("rounding positions to 1/32 moves a smooth image by less than a grey level", () => {
  const image = smooth(64, 48);
  const affine = cropOfBox({ x: 10, y: 8, width: 30, height: 25 }, size);
  const crop = cropImage(image, affine, size);
  eachPixel(([x, y], at) => {
    const [sx, sy] = applyAffine(invertAffine(affine), [x, y]);
    for (let k = 0; k < 3; k++) expect(Math.abs(bilinear(image, sx, sy, k) - crop[at + k]!)).toBeLessThan(1);
  });
});

test("the identity leaves an image as it is and makes it opaque", () => {
  const image = patterned(size.width, size.height, 4);
  const crop = cropImage(image, [1, 0, 0, 0, 1, 0], size);
  expect(rgbOf(crop)).toEqual(rgbOf(image.data));
  expect(crop.every((value, at) => at % 4 !== 3 || value === 255)).toBe(true);
});

test("outside the image a crop is black and opaque", () => {
  const crop = cropImage(patterned(5, 5, 3), [1, 0, 1000, 0, 1, 1000], size);
  expect(crop.every((value, at) => value === (at % 4 === 3 ? 255 : 0))).toBe(true);
});

function patterned(width: number, height: number, channels: 3 | 4): RgbImage {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    return (x * 7 + y * 13 + c * 50 + ((x * y) % 17) * 11) % 256;
  });
  return { data, width, height, channels };
}

function smooth(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    return 128 + 60 * Math.sin(x / 9 + (i % 3)) + 60 * Math.cos(y / 7);
  });
  return { data, width, height, channels: 3 };
}

/** The definition, in float64: the four neighbours weighted by closeness, 0 outside. */
function bilinear({ data, width, height, channels }: RgbImage, x: number, y: number, k: number): number {
  let sum = 0;
  for (const row of [Math.floor(y), Math.floor(y) + 1]) {
    for (const column of [Math.floor(x), Math.floor(x) + 1]) {
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      if (inside) sum += data[(row * width + column) * channels + k]! * (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
    }
  }
  return sum;
}

function round32(value: number): number {
  return Math.round(value * 32) / 32;
}

function eachPixel(visit: (pixel: readonly [number, number], at: number) => void): void {
  for (let y = 0; y < size.height; y++) for (let x = 0; x < size.width; x++) visit([x, y], (y * size.width + x) * 4);
}

function rgbOf(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  return Uint8Array.from(rgba).filter((_, at) => at % 4 !== 3);
}

function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261);
}
