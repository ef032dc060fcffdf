import type { PixelChange } from "@kindling/pose";
import { expect, test } from "vitest";
import { changePixels } from "./changePixels.ts";

// OpenCV 4.6 (Debian's python3-opencv) made these numbers from y, x, c = np.indices((h, w, 3)); image = (x*7 + y*13 + c*50 + x*y % 17 * 11) % 256
// with cv2.blur, cv2.medianBlur and cv2.cvtColor; small pictures as hexadecimal digits of RGB, large ones hashed by FNV-1a.

test.each<[PixelChange["kind"] & ("blur" | "medianBlur"), number, string, number]>([
  [
    "blur",
    3,
    "12447617497b2557893466984274a64779ab194b7d1f51833163954375a755879d5b8da32d5f9137699b54869c71a39c8ea48098ad8a4274a64f81b377a9a283b59196ab6c879c79487aac5789bb83b59192c468a9a2469b9454",
    3421482649,
  ],
  [
    "blur",
    5,
    "285a8c2c5e90386a9c4c7e9c588aa85c8eac2d5f9132648b3f718f557d90638b94678f8e3d6fa14375924a7c8f5f8790668e8d6c947e4d7fb15486995f91907b988d86a4848dab6c5284b6598b9f66989784a28c91ae8498b66d",
    190485899,
  ],
  [
    "blur",
    7,
    "43759246789551798c5c848c688f8d6b939147799646789a4e7b92548194608d956491994c7e904b7d95537b8d5a828a678e876b938b5082954f819959808e61888b6e9589729a8d55879954869e5e8693678e91749c8f79a194",
    499789863,
  ],
  [
    "medianBlur",
    3,
    "07396b0d3f711547791c4e802355872355870d3f711a4c7e3163954375a75587a76799871f51833163954f81a771a3b88ea3a7ab99533466984f81b371a3b88ec0b89fc053abaa533466986799cb9acccb9acc649faa5378aa64",
    1805548962,
  ],
  [
    "medianBlur",
    5,
    "0d3f710e40721547791f51802355872355870e40721a4c791f518037638354638767558727598b31638b37698b5586957199877899873466983769985486987199b378aab878aaa734669854869867999878aab88eaab878aa64",
    3182388963,
  ],
  [
    "medianBlur",
    7,
    "0e40711547721c4c792351802355832355871547791a4c7923517e23558037558754558727597e27598034638343668767868771998734669534668b3766956787987799a778aaa73466983466985586987199a778aacb78aacb",
    2185164282,
  ],
])("%s of %i pixels is bit for bit that of OpenCV", (kind, kernel, expected, hash) => {
  const small = rgba(patterned(6, 5));
  changePixels({ data: small, width: 6, height: 5 }, [{ kind, kernel }]);
  expect(hex(small)).toBe(expected);
  const large = rgba(patterned(41, 33));
  changePixels({ data: large, width: 41, height: 33 }, [{ kind, kernel }]);
  expect(fnv1a(rgb(large))).toBe(hash);
  expect(large.every((value, at) => at % 4 !== 3 || value === 200)).toBe(true); // alpha is left alone
});

test.each<[readonly [number, number, number], number, readonly (readonly number[])[]]>([
  [
    [0, 0, 0],
    269118488,
    [
      [0, 0, 0],
      [0, 16, 17],
      [16, 35, 204],
      [64, 221, 33],
      [118, 254, 255],
      [187, 187, 135],
      [255, 255, 255],
    ],
  ],
  [
    [5, -30, 17],
    34006839,
    [
      [17, 17, 17],
      [3, 28, 34],
      [55, 44, 221],
      [64, 238, 64],
      [148, 237, 255],
      [198, 204, 172],
      [255, 255, 255],
    ],
  ],
  [
    [-4, 29, -30],
    2095637116,
    [
      [0, 0, 0],
      [0, 0, 0],
      [0, 40, 174],
      [62, 191, 7],
      [79, 225, 205],
      [157, 148, 96],
      [225, 199, 202],
    ],
  ],
])("4,096 colours shifted in HSV by %j are bit for bit those of OpenCV's 8-bit conversions", (shift, hash, some) => {
  const colours = Array.from({ length: 4096 }, (_, i) => [i >> 8, (i >> 4) & 15, i & 15].map((value) => value * 17)).flat();
  const data = rgba(Uint8Array.from(colours));
  changePixels({ data, width: 256, height: 16 }, [{ kind: "hsv", shift }]);
  for (const [i, place] of [0, 17, 300, 1234, 2047, 3000, 4095].entries())
    expect([...data.subarray(place * 4, place * 4 + 3)]).toEqual(some[i]);
  expect(fnv1a(rgb(data))).toBe(hash);
});

// PyTorch 1.13, torchvision's formulas (transforms/_functional_tensor.py `_blend`, `adjust_brightness`, `adjust_contrast`) on an 8-bit tensor.
test.each([
  [
    "brightness",
    0.63,
    "001f3f0423430828470d2c4c1131501635550827471333521e3e5d2a496935557440607f102f4f2242613454734766865978986b8b091838573151704a6a896483017d9c1b96143420405f40607f6180a081a01e001f3f4b6b8a",
  ],
  [
    "contrast",
    0.63,
    "2a49692e4e6d3252713756763b5b7a405f7f3251713d5d7c4968885473935f7f9e6b8aaa3a5a794c6c8b5f7e9e7190b083a3c295b5334262815b7b9a7594b48ead2ca7c745c03e5e4a6a896b8aaa8baacaabca492a49697595b4",
  ],
  [
    "brightness",
    1.27,
    "003f7f0848871151901a5a992363a22c6bab10508f2766a63e7dbd5594d46babea82c2ff2160a04585c46aaae98fcfffb4f3ffd9ff133171b064a3e397d6ffc9ff03fcff36ff29694281c182c2ffc3ffffffff3e003f7f98d7ff",
  ],
  [
    "contrast",
    1.27,
    "002060002969003272003b7a0444830d4d8c0031700848871f5e9e3675b54d8ccc64a3e30241812766a64b8bca70b0ef95d5ffbaf9001252914585c478b7f7abea00ddff17ff0b4a2362a264a3e3a4e4ffe5ff1f00206079b9f8",
  ],
] as const)("%s × %f is that of torchvision", (kind, factor, expected) => {
  const data = rgba(patterned(6, 5));
  changePixels({ data, width: 6, height: 5 }, [{ kind, factor }]);
  expect(hex(data)).toBe(expected);
});

test("a hole is black, covers exactly its box, and changes are done in order", () => {
  const data = new Uint8Array(6 * 5 * 4).fill(200);
  const hole = { kind: "hole", box: { x: 2, y: 1, width: 3, height: 2 } } as const;
  changePixels({ data, width: 6, height: 5 }, [hole]);
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 6; x++) {
      const inside = x >= 2 && x < 5 && y >= 1 && y < 3;
      expect([...data.subarray((y * 6 + x) * 4, (y * 6 + x) * 4 + 4)]).toEqual(inside ? [0, 0, 0, 200] : [200, 200, 200, 200]);
    }
  }
  changePixels({ data, width: 6, height: 5 }, [
    { kind: "hsv", shift: [0, 0, 10] },
    { kind: "brightness", factor: 2 },
  ]);
  expect(data[(1 * 6 + 2) * 4]).toBe(20);
});

test("filters need an odd side", () => {
  const pixels = { data: new Uint8Array(16), width: 2, height: 2 };
  for (const kernel of [0, 4, 2.5]) {
    expect(() => changePixels(pixels, [{ kind: "blur", kernel }])).toThrow(RangeError);
    expect(() => changePixels(pixels, [{ kind: "medianBlur", kernel }])).toThrow(/must be odd/);
  }
});

test("a picture of one pixel is blurred to itself", () => {
  for (const kind of ["blur", "medianBlur"] as const) {
    const data = Uint8Array.of(1, 2, 3, 255);
    changePixels({ data, width: 1, height: 1 }, [{ kind, kernel: 7 }]);
    expect([...data]).toEqual([1, 2, 3, 255]);
  }
});

function patterned(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return (x * 7 + y * 13 + c * 50 + ((x * y) % 17) * 11) % 256;
  });
}

function rgba(colours: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: (colours.length / 3) * 4 }, (_, i) => (i % 4 === 3 ? 200 : colours[Math.floor(i / 4) * 3 + (i % 4)]!));
}

function rgb(data: Uint8Array): Uint8Array {
  return data.filter((_, at) => at % 4 !== 3);
}

function hex(data: Uint8Array): string {
  return Buffer.from(rgb(data)).toString("hex");
}

function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261);
}
