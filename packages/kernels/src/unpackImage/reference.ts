import type { Reference } from "../reference.ts";
import type { UnpackImageProblem } from "./unpackImage.ts";

/** Byte · scale + shift for the three channels of each pixel, then 0. */
export function unpackImageReference(p: UnpackImageProblem, x: Uint32Array): Reference {
  const value = new Float64Array(4 * p.pixels);
  const magnitude = new Float64Array(value.length);
  const scales = [p.scale0, p.scale1, p.scale2];
  const shifts = [p.shift0, p.shift1, p.shift2];
  const bytes = new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  for (let pixel = 0; pixel < p.pixels; pixel++)
    for (let c = 0; c < 3; c++) {
      const byte = bytes[4 * pixel + (p.channelOrder === "rgb" ? c : 2 - c)]!;
      value[4 * pixel + c] = byte * scales[c]! + shifts[c]!;
      magnitude[4 * pixel + c] = Math.abs(byte * scales[c]!) + Math.abs(shifts[c]!);
    }
  return { value, magnitude, terms: 2 };
}
