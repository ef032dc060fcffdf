import { imageBands } from "../imageBands.ts";

/**
 * Head of a pooling shader: one thread per output column and four channels, `channel` of `channels` such groups, of a band of rows. Declares the
 * columns of the window that lie in the image, firstColumn … endColumn − 1; window column 0 is image column left − padding.
 */
export const poolingColumns = (): string => `
${imageBands({ height: "u.outHeight", width: "u.outWidth", channels: "(u.channels + 3u) / 4u" })}
  let left = column * u.stride;
  let firstColumn = max(left, u.padding) - left;
  let endColumn = min(u.kernel, u.width + u.padding - left);`;

/** The same along the rows, for output row `row`: rows firstTap … endTap − 1 of a window whose row 0 is image row top − padding. */
export const poolingRows = (): string => `
    let top = row * u.stride;
    let firstTap = max(top, u.padding) - top;
    let endTap = min(u.kernel, u.height + u.padding - top);`;
