/**
 * WGSL for the windows of average poolings: `spanOf(o, step, extent, unit, size)` gives the pixels of the image, from first to end − 1, that the
 * window of output o covers along an axis of `size` pixels, and the number of pixels by which this axis divides.
 */
export const span = (): string => `
struct Span { first: u32, end: u32, count: u32 }

fn spanOf(o: u32, step: u32, extent: u32, unit: u32, size: u32) -> Span {
  // From here to below the image's edges, positions count from the first pixel of the padding.
  let first = o * step / unit;
  let end = min((o * step + extent + unit - 1u) / unit, size + 2u * u.padding);
  let inside = vec2u(max(first, u.padding) - u.padding, min(end, size + u.padding) - u.padding);
  return Span(inside.x, inside.y, select(inside.y - inside.x, end - first, u.countIncludePad == 1u));
}
`;
