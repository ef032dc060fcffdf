/** RGBA images, one after another, whose rows of `width` pixels go from right to left. */
export function mirroredRows(image: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  const [from, to] = [new Uint32Array(image.buffer, image.byteOffset, image.length / 4), new Uint32Array(image.length / 4)];
  for (let at = 0; at < to.length; at += width) to.set(from.slice(at, at + width).reverse(), at);
  return new Uint8Array(to.buffer);
}
